import { fork } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeCheckpoint } from '../checkpoint.ts';
import { type Progress, train } from '../train.ts';
import { decodeWeights } from '../weights-file.ts';
import { autoencoderExample, type Example } from './example-training.fixture.ts';
import type { FromTraining } from './messages.ts';
import { type ProcessOptions, trainInProcess } from './train-in-process.ts';

const EPOCHS = 3;
const module = new URL('example-training.fixture.ts', import.meta.url).href;
let root: string;
let count = 0;
let whole: ReturnType<typeof autoencoderExample>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'training-'));
  whole = autoencoderExample(EPOCHS);
  await train(whole, { epochs: EPOCHS });
  await whole.close();
});
afterAll(() => rm(root, { recursive: true }));

const jobOf = (argument: Example, change: Partial<ProcessOptions> = {}): ProcessOptions => {
  count += 1;
  const [checkpointFile, weightsFile] = [join(root, `${count}.checkpoint`), join(root, `${count}.weights`)];
  return { module, argument, checkpointFile, weightsFile, ...change };
};
const autoencoder = { kind: 'autoencoder', epochs: EPOCHS } as const;
const weightsIn = async (file: string) => decodeWeights(await readFile(file));

test('the weights have the bits of a training in this process; progress has losses, speed and time left', async () => {
  const all: Progress[] = [];
  const job = jobOf(autoencoder, { onProgress: (progress) => void all.push(progress) });
  const outcome = await trainInProcess(job);
  expect(outcome).toMatchObject({ kind: 'finished', bestEpoch: EPOCHS - 1 });
  expect(await weightsIn(job.weightsFile)).toEqual(whole.weights);
  expect(all).toHaveLength(EPOCHS * whole.stepsPerEpoch);
  for (const { loss, eventsPerSecond } of all) {
    expect(loss).toBeGreaterThan(0);
    expect(eventsPerSecond).toBeGreaterThan(0);
  }
  expect(all[0]?.etaSeconds).toBeGreaterThan(0);
  expect(all.at(-1)).toMatchObject({ epoch: EPOCHS - 1, step: whole.stepsPerEpoch, etaSeconds: 0 });
});

test('stopped within an epoch and resumed in another process: the same bits', async () => {
  const abort = new AbortController();
  const onProgress = ({ epoch, step }: Progress) => {
    if (epoch === 1 && step === 2) abort.abort();
  };
  const first = jobOf({ ...autoencoder, later: 'slow' }, { onProgress, signal: abort.signal });
  const stopped = await trainInProcess(first);
  expect(stopped).toMatchObject({ kind: 'stopped', epochs: [{ epoch: 0 }] });
  await expect(access(first.weightsFile)).rejects.toThrow('ENOENT');
  const second = jobOf(autoencoder, { resumeFrom: first.checkpointFile });
  expect(await trainInProcess(second)).toMatchObject({ kind: 'finished' });
  expect(await weightsIn(second.weightsFile)).toEqual(whole.weights);
});

test('killed: an error that says so; what was written down goes on to the same bits', async () => {
  const first = jobOf({ ...autoencoder, later: 'dead' });
  await expect(trainInProcess(first)).rejects.toThrow(
    `the training process was killed by SIGKILL (a system that is out of memory does that); it can go on from ${first.checkpointFile}`,
  );
  const second = jobOf(autoencoder, { resumeFrom: first.checkpointFile });
  await trainInProcess(second);
  expect(await weightsIn(second.weightsFile)).toEqual(whole.weights);
});

test('an error inside comes out with its name, message and stack, also one that nobody waits for', async () => {
  const error = await trainInProcess(jobOf({ kind: 'failing' })).catch((cause: unknown) => cause as Error);
  expect(error).toMatchObject({ name: 'RangeError', message: 'step 0 fails on purpose' });
  expect((error as Error).stack).toMatch(/thrower.*example-training\.fixture\.ts[\s\S]*in the training process/);
  await expect(trainInProcess(jobOf({ kind: 'failing later' }))).rejects.toThrow('nobody waits for this one');
});

test('a module that is missing or builds nothing, and a checkpoint of something else, are named', async () => {
  const job = jobOf(autoencoder);
  await expect(trainInProcess({ ...job, module: `${module}x` })).rejects.toThrow('example-training.fixture.tsx');
  const other = new URL('messages.ts', import.meta.url).href;
  await expect(trainInProcess({ ...job, module: other })).rejects.toThrow('exports no function buildTraining');
  await expect(trainInProcess({ ...job, resumeFrom: fileURLToPath(module) })).rejects.toThrow('no checkpoint');
});

test('steps that keep their thread can still be stopped', async () => {
  const abort = new AbortController();
  const onProgress = ({ step }: Progress) => {
    if (step === 2) abort.abort();
  };
  const outcome = await trainInProcess(jobOf({ kind: 'blocking', stepMs: 20 }, { signal: abort.signal, onProgress }));
  expect(outcome.kind).toBe('stopped');
});

test('stopped before it began, it has a checkpoint at its first step', async () => {
  const job = jobOf(autoencoder, { signal: AbortSignal.abort() });
  expect(await trainInProcess(job)).toEqual({ kind: 'stopped', epochs: [] });
  expect(decodeCheckpoint(await readFile(job.checkpointFile)).position).toMatchObject({ epoch: 0, step: 0 });
});

test('stopped while it waits for its data, it ends, with nothing to go on from', async () => {
  const job = jobOf({ kind: 'never ready' }, { signal: AbortSignal.abort() });
  expect(await trainInProcess(job)).toEqual({ kind: 'stopped', epochs: [] });
  await expect(access(job.checkpointFile)).rejects.toThrow('ENOENT');
});

test('typed arrays in the argument arrive as they are', async () => {
  const job = jobOf({ kind: 'sum', numbers: Float32Array.of(1, 2, 4) });
  await trainInProcess(job);
  expect(await weightsIn(job.weightsFile)).toEqual({ w: Float32Array.of(7) });
});

test('its heap may grow as far as it is told, whatever the machine has', async () => {
  const limit = async (heapBytes: number) => {
    const job = jobOf({ kind: 'heap' }, { heapBytes });
    await trainInProcess(job);
    return (await weightsIn(job.weightsFile))['w']?.[0] as number;
  };
  const [less, more] = [await limit(100 * 2 ** 20), await limit(300 * 2 ** 20)];
  expect(more - less).toBe(200);
});

test('when whoever started it is gone, it writes itself down and ends', async () => {
  const job = jobOf({ kind: 'blocking', stepMs: 5 });
  const child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), { serialization: 'advanced' });
  child.send({ kind: 'start', job });
  const [first] = (await once(child, 'message')) as [FromTraining];
  expect(first.kind).toBe('progress');
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(decodeCheckpoint(await readFile(job.checkpointFile)).fingerprint).toBe('example');
});
