/**
 * A training in a process of its own, so that nothing here waits for its steps. Invariants: it ends in an outcome or an
 * error, whatever becomes of the process; what was written down of it goes on bit for bit where it stopped.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EpochRecord, Progress } from '../train.ts';
import type { FromTraining, ToTraining, TrainingJob } from './messages.ts';

export interface ProcessOptions extends TrainingJob {
  /** Of its JavaScript heap, at most; absent: as Node has it, by the machine. Typed arrays are beside it. */
  readonly heapBytes?: number;
  /** After each step. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops it after the step that is running; what was learned so far, if anything, is then in the checkpoint file. */
  readonly signal?: AbortSignal;
}

export type ProcessOutcome =
  /** The weights lie in the weights file: `decodeWeights`. */
  | { readonly kind: 'finished'; readonly epochs: readonly EpochRecord[]; readonly bestEpoch: number }
  | { readonly kind: 'stopped'; readonly epochs: readonly EpochRecord[] };

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** Rejects with the error that was thrown inside, its stack included, or with one that says how the process ended. */
export const trainInProcess = ({ onProgress, signal, heapBytes, ...job }: ProcessOptions): Promise<ProcessOutcome> =>
  new Promise((resolve, reject) => {
    // `advanced`: typed arrays in the argument come through as they are
    const child = fork(MAIN, { serialization: 'advanced', execArgv: [...process.execArgv, ...heapFlags(heapBytes)] });
    let outcome: ProcessOutcome | Error | undefined;
    const say = (message: ToTraining) => {
      if (child.connected) child.send(message);
    };
    const stop = () => say({ kind: 'stop' });
    child.on('message', (message: FromTraining) => {
      if (message.kind === 'progress') onProgress?.(message.progress);
      else outcome = message.kind === 'failed' ? errorOf(message) : message;
    });
    child.on('error', (cause) => {
      outcome ??= new Error(`the training process can't be run: ${cause.message}`, { cause });
      if (child.pid === undefined) reject(outcome);
    });
    child.on('close', (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      if (outcome === undefined) reject(endedEarly(code, killedBy, job));
      else if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    });
    say({ kind: 'start', job });
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop);
  });

const heapFlags = (bytes: number | undefined): string[] =>
  bytes === undefined ? [] : [`--max-old-space-size=${Math.max(1, Math.floor(bytes / 2 ** 20))}`];

const errorOf = ({ name, message, stack }: Extract<FromTraining, { kind: 'failed' }>): Error => {
  const error = new Error(message);
  error.name = name;
  error.stack = `${stack}\n    in the training process`;
  return error;
};

const GUESSES: Readonly<Record<string, string>> = {
  SIGKILL: ' (a system that is out of memory does that)',
  SIGABRT: ' (a heap that is full does that)',
};

const endedEarly = (code: number | null, killedBy: NodeJS.Signals | null, { checkpointFile }: TrainingJob): Error => {
  const how = killedBy === null ? `ended with code ${code} and no result` : `was killed by ${killedBy}`;
  const guess = GUESSES[killedBy ?? ''] ?? '';
  return new Error(`the training process ${how}${guess}; it can go on from ${checkpointFile}, if that was written`);
};
