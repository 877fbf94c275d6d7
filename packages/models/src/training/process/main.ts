/**
 * A process that trains and then ends. Invariants: it stops after the step that is running, written down, when it is told
 * to, on SIGINT and SIGTERM, and when whoever started it is gone, and does not wait for data meanwhile; whatever goes wrong
 * inside is told before it ends.
 */
import { readFile } from 'node:fs/promises';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../checkpoint.ts';
import { type Trainable, train } from '../train.ts';
import { encodeWeights } from '../weights-file.ts';
import type { BuildTraining } from './built-training.ts';
import type { FromTraining, ToTraining, TrainingJob } from './messages.ts';
import { writeWhole } from './write-whole.ts';

const abort = new AbortController();
const stop = () => abort.abort();

/** A training that is not ready so long after a stop waits for its data, which may never come. */
const READY_MS = 2000;
const noLongerAwaited = new Promise<undefined>((resolve) => {
  abort.signal.addEventListener('abort', () => void setTimeout(READY_MS).then(() => resolve(undefined)));
});

/** A step may keep the thread from its start to its end: messages are read between two of them. */
const withPauses = (trainable: Trainable): Trainable => ({
  ...trainable,
  step: async (epoch, step) => {
    await setImmediate();
    return trainable.step(epoch, step);
  },
});

const runJob = async (job: TrainingJob, tell: (message: FromTraining) => void): Promise<FromTraining> => {
  const { buildTraining } = (await import(job.module)) as { readonly buildTraining?: BuildTraining };
  if (typeof buildTraining !== 'function') throw new TypeError(`${job.module} exports no function buildTraining`);
  const built = await Promise.race([buildTraining(job.argument), noLongerAwaited]);
  if (built === undefined) return { kind: 'stopped', epochs: [] }; // nothing was learned that could be written down
  const { trainable, options, close } = built;
  const write = (checkpoint: Checkpoint) => writeWhole(job.checkpointFile, encodeCheckpoint(checkpoint));
  try {
    const outcome = await train(withPauses(trainable), {
      ...options,
      onProgress: (progress) => tell({ kind: 'progress', progress }),
      signal: abort.signal,
      onCheckpoint: write,
      ...(job.resumeFrom !== undefined && { resume: decodeCheckpoint(await readFile(job.resumeFrom)) }),
    });
    const { epochs } = outcome;
    if (outcome.kind === 'stopped') {
      await write(outcome.checkpoint);
      return { kind: 'stopped', epochs };
    }
    await writeWhole(job.weightsFile, encodeWeights(trainable.weights));
    return { kind: 'finished', epochs, bestEpoch: outcome.bestEpoch };
  } finally {
    await close?.();
  }
};

const failure = (cause: unknown): FromTraining => {
  const { name, message, stack } = cause instanceof Error ? cause : new Error(String(cause));
  return { kind: 'failed', name, message, stack: stack ?? message };
};

const tell = (message: FromTraining, then: () => void = () => {}) => {
  if (process.connected) process.send?.(message, then);
  else then();
};

const end = (message: FromTraining, code: number) => tell(message, () => process.exit(code));

process.on('SIGINT', stop);
process.on('SIGTERM', stop);
process.on('disconnect', stop);
process.on('uncaughtException', (cause) => end(failure(cause), 1));
process.on('message', (message: ToTraining) => {
  if (message.kind === 'stop') return stop();
  runJob(message.job, tell).then(
    (outcome) => end(outcome, 0),
    (cause: unknown) => end(failure(cause), 1),
  );
});
