import { type ArrayFormat, decodeArrays, encodeArrays } from './array-file.ts';
import type { State } from './state.ts';

const FORMAT: ArrayFormat = { name: 'file of weights', magic: 'NCWT', version: 1 };

export const encodeWeights = (weights: State): Uint8Array => encodeArrays(FORMAT, { about: {}, arrays: weights });

/** Throws an Error for bytes that are no weights, of another version, or damaged. */
export const decodeWeights = (bytes: Uint8Array): State => decodeArrays(FORMAT, bytes).arrays as State;
