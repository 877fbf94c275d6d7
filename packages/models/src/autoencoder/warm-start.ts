/** A model that goes on learning from what is new, grown before with `growAutoencoder` where there are new items. */
import type { SparseRows } from '../item-graph.ts';
import { rowsOf } from '../linear/rows-of.ts';
import { replaySample } from '../recurrent/replay.ts';
import type { Random } from '../training/random.ts';
import { type AutoencoderData, type AutoencoderOptions, autoencoderDefaults } from './training.ts';

/** Few passes, encoder and decoder in equal shares: both have to make room for what is new. */
export const autoencoderWarmStart = {
  ...autoencoderDefaults,
  epochs: 2,
  encoderPasses: 1,
} as const satisfies Partial<AutoencoderOptions>;

/**
 * What a warm start learns from: as many targets of old users, drawn without repeats, as the new data has, so that what
 * is learned does not push out what was known; then the new data. Both have the columns of the grown catalogue. Users
 * with new events belong to the new data, with all that they are known by.
 */
export const withReplayedUsers = (old: AutoencoderData, fresh: AutoencoderData, random: Random): AutoencoderData => {
  const users = replaySample(old.targets, fresh.targets.rowStart.at(-1) ?? 0, random);
  return {
    inputs: joinRows(rowsOf(old.inputs, users), fresh.inputs),
    targets: joinRows(rowsOf(old.targets, users), fresh.targets),
  };
};

/** Rows of one after those of the other. */
const joinRows = (first: SparseRows, second: SparseRows): SparseRows => {
  const [before, after] = [first.rowStart.at(-1) ?? 0, second.rowStart.at(-1) ?? 0];
  const rowStart = new Int32Array(first.rowStart.length + second.rowStart.length - 1);
  rowStart.set(first.rowStart);
  second.rowStart.forEach((start, row) => void (rowStart[first.rowStart.length - 1 + row] = before + start));
  const columns = new Int32Array(before + after);
  const weights = new Float32Array(before + after);
  columns.set(first.columns.subarray(0, before));
  columns.set(second.columns.subarray(0, after), before);
  weights.set(first.weights.subarray(0, before));
  weights.set(second.weights.subarray(0, after), before);
  return { rowStart, columns, weights };
};
