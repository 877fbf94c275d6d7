/** Features of many sequences as the columns that models read. */
import type { EventFeature } from './feature.ts';
import type { ItemFacts, SubjectEvents } from './subject-events.ts';

/** Several features as one: a bucket for every combination. */
export const combined = (features: readonly EventFeature[]) => {
  const buckets = features.reduce((product, { buckets }) => product * buckets, 1);
  if (buckets > 256) throw new RangeError(`${buckets} combinations of ${features.map(({ name }) => name).join(', ')}`);
  return {
    /** 0 where there are no features: nothing is looked at. */
    buckets: features.length === 0 ? 0 : buckets,
    of: (events: SubjectEvents, k: number, facts: ItemFacts): number =>
      features.reduce((bucket, feature) => bucket * feature.buckets + feature.of(events, k, facts), 0),
  };
};

/**
 * A column over the events of all sequences, in their order; absent without features. `starts`: the first place of each
 * sequence that is wanted; what lies before it is still looked at.
 */
export const columnOf = (
  features: readonly EventFeature[],
  sequences: readonly SubjectEvents[],
  facts: ItemFacts,
  starts: ArrayLike<number> = new Int32Array(sequences.length),
): Uint8Array | undefined => {
  if (features.length === 0) return undefined;
  const { of } = combined(features);
  const column: number[] = [];
  sequences.forEach((events, row) => {
    for (let k = starts[row] as number; k < events.times.length; k += 1) column.push(of(events, k, facts));
  });
  return Uint8Array.from(column);
};
