/** Slices of the log as artifacts name them, with the last position inclusive. */
import type { LogSlice } from '@nextcart/contracts';
import type { LogRange } from '@nextcart/models';

export const rangesOf = (topicId: string, slices: readonly LogSlice[]): LogRange[] =>
  slices
    .filter(({ from, to }) => from < to)
    .map(({ partition, from, to }) => ({ topicId, partition, firstOffset: from, lastOffset: to - 1 }));

const keyOf = ({ topicId, partition }: LogRange): string => `${topicId} ${partition}`;

/** One range a partition, from the first of either to the last: what comes later goes on where the earlier ended. */
export const joinRanges = (before: readonly LogRange[], after: readonly LogRange[]): LogRange[] => {
  const joined = new Map(before.map((range) => [keyOf(range), range]));
  for (const range of after) {
    const known = joined.get(keyOf(range));
    joined.set(keyOf(range), known ? { ...range, firstOffset: Math.min(known.firstOffset, range.firstOffset) } : range);
  }
  return [...joined.values()];
};

/** Where each partition goes on after what was learned from; a partition that is not there begins at 0. */
export const nextPositions = (ranges: readonly LogRange[], topicId: string): ReadonlyMap<number, number> =>
  new Map(
    ranges.filter((range) => range.topicId === topicId).map(({ partition, lastOffset }) => [partition, lastOffset + 1]),
  );

/** Of some positions those that lie furthest, partition by partition. */
export const furthest = (positions: readonly ReadonlyMap<number, number>[]): ReadonlyMap<number, number> => {
  const most = new Map<number, number>();
  for (const some of positions)
    for (const [partition, next] of some) most.set(partition, Math.max(next, most.get(partition) ?? 0));
  return most;
};

/** What of some slices lies behind positions; of a partition that ends before them, an empty slice at its end. */
export const behind = (slices: readonly LogSlice[], positions: ReadonlyMap<number, number>): LogSlice[] =>
  slices.map(({ partition, from, to }) => {
    const next = positions.get(partition) ?? 0;
    return { partition, from: Math.max(from, Math.min(to, next)), to };
  });

export const positionsIn = (slices: readonly LogSlice[]): number =>
  slices.reduce((sum, { from, to }) => sum + to - from, 0);
