/**
 * A training written down at a step. Invariant: a checkpoint of another training is an error that says so, never a model
 * that is subtly wrong.
 */
import { type ArrayFormat, decodeArrays, encodeArrays } from './array-file.ts';
import type { State } from './state.ts';

export interface Checkpoint {
  /** What the training was of: options and sizes. A checkpoint resumes only its equal. */
  readonly fingerprint: string;
  /** Where the loop was, as JSON. */
  readonly position: unknown;
  readonly arrays: State;
}

const FORMAT: ArrayFormat = { name: 'checkpoint', magic: 'NCKP', version: 1 };

export const encodeCheckpoint = ({ arrays, ...about }: Checkpoint): Uint8Array =>
  encodeArrays(FORMAT, { about, arrays });

/** Of a checkpoint that can't be gone on from, now or later: its name is 'CheckpointError'. */
export const checkpointError = (problem: string): Error =>
  Object.assign(new Error(problem), { name: 'CheckpointError' });

/** Throws a `checkpointError` for bytes that are no checkpoint, of another version, or damaged. */
export const decodeCheckpoint = (bytes: Uint8Array): Checkpoint => {
  try {
    const { about, arrays } = decodeArrays<Omit<Checkpoint, 'arrays'>>(FORMAT, bytes);
    return { ...about, arrays: arrays as State };
  } catch (cause) {
    throw checkpointError((cause as Error).message);
  }
};

/** Writes a checkpoint's arrays over live ones; throws a `checkpointError` where names or sizes differ. */
export const restore = (from: State, into: State): void => {
  for (const [name, array] of Object.entries(into)) {
    const saved = from[name];
    if (saved?.length !== array.length)
      throw checkpointError(`the checkpoint has no ${name} of ${array.length} numbers`);
    array.set(saved);
  }
};

export const copyOf = (state: State): State =>
  Object.fromEntries(Object.entries(state).map(([name, array]) => [name, array.slice()]));
