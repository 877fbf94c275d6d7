/** The thread of `openArtifactAside`, which knows it by this module: what Node made of it once is there for the thread. */
import { constants, getPriority, setPriority } from 'node:os';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { withSummedFeatures } from '../recurrent/summed-features.ts';
import { ArtifactError } from './artifact-error.ts';
import { openArtifact } from './open-artifact.ts';
import type { FromThread, ThreadJob } from './open-aside.ts';

/** Buffers that arrays lie in, each once: they are handed over, not copied. */
const buffersIn = (value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> => {
  if (ArrayBuffer.isView(value)) found.add(value.buffer as ArrayBuffer);
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) buffersIn(part, found);
  return found;
};

const open = async ({ folder, wanted }: ThreadJob): Promise<FromThread> => {
  try {
    const artifact = await openArtifact(folder, wanted);
    const { recurrent, ...models } = artifact.models;
    const summed = recurrent && { recurrent: withSummedFeatures(recurrent) };
    return { kind: 'opened', artifact: { ...artifact, models: { ...models, ...summed } } };
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    const { file, problem, cure } = error;
    return { kind: 'refused', file, problem, cure };
  }
};

const answerAsker = async (): Promise<void> => {
  // Nobody waits for it. On Linux alone: elsewhere it would be the whole process's priority.
  if (process.platform === 'linux') setPriority(Math.max(constants.priority.PRIORITY_BELOW_NORMAL, getPriority()));
  const answer = await open(workerData as ThreadJob);
  const models = answer.kind === 'opened' ? [answer.artifact.models, answer.artifact.tables] : [];
  parentPort?.postMessage(answer, [...buffersIn(models)]);
};

export const THREAD = new URL(import.meta.url);
if (!isMainThread) await answerAsker();
