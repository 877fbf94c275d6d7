/** The next item by its rank over the whole catalogue: one target a subject, so a hit or a miss. */

/** What the figures of `nextItemFigures` mean, for tables. */
export const nextItemDefinitions = (k: number): Readonly<Record<string, string>> => ({
  [`HR@${k}`]: `1 where the next item is among the first ${k} of the whole catalogue, else 0 (P@${k} of the session literature); ties against the model`,
  [`MRR@${k}`]: `1 / rank of the next item where that is at most ${k}, else 0; ties against the model`,
  [`NDCG@${k}`]: `1 / log2(rank + 1) of the next item where its rank is at most ${k}, else 0; ties against the model`,
});

/** A figure for each subject, by the names of the definitions. `ranks`: 1 is best. */
export const nextItemFigures = (ranks: Int32Array, k: number): Readonly<Record<string, Float64Array>> => {
  const where = (gain: (rank: number) => number) => Float64Array.from(ranks, (rank) => (rank <= k ? gain(rank) : 0));
  return {
    [`HR@${k}`]: where(() => 1),
    [`MRR@${k}`]: where((rank) => 1 / rank),
    [`NDCG@${k}`]: where((rank) => 1 / Math.log2(rank + 1)),
  };
};

/**
 * Rank (1 = best) of the target among all items that `seen` leaves; equal scores count against the model. A target that
 * is itself seen is ranked all the same: leave-one-out filters what was seen before, not what is to be found.
 */
export const rankUnseen = (scores: Float32Array, target: number, seen: ReadonlySet<number>): number => {
  const own = scores[target];
  if (own === undefined) throw new RangeError(`no score for item ${target}`);
  let rank = 1;
  for (let item = 0; item < scores.length; item += 1)
    if (item !== target && !((scores[item] as number) < own) && !seen.has(item)) rank += 1;
  return rank;
};
