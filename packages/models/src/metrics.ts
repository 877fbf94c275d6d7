/**
 * Ranking metrics for one subject; a figure is their mean over subjects. `ranked` is best first and holds each item
 * once; only its first k count. `targets` is what the subject then did; with none of them a metric is not defined and
 * throws, because a silent 0 or NaN would change a mean.
 */
type Ranked<T> = ArrayLike<T>;

const check = <T>(targets: ReadonlySet<T>, k: number): void => {
  if (targets.size === 0) throw new RangeError('a metric needs at least one target');
  if (!(k >= 1)) throw new RangeError(`k must be at least 1, not ${k}`);
};

const hits = <T>(ranked: Ranked<T>, targets: ReadonlySet<T>, k: number): number => {
  let count = 0;
  for (let i = 0; i < Math.min(k, ranked.length); i += 1) if (targets.has(ranked[i] as T)) count += 1;
  return count;
};

/**
 * Share of the targets that are among the first k. 'targets': hits / |targets| (LightGCN's Gowalla figures);
 * 'capped': hits / min(k, |targets|), so that 1 can be reached (Online Retail, Mult-VAE's papers).
 */
export const recallAt = <T>(
  ranked: Ranked<T>,
  targets: ReadonlySet<T>,
  k: number,
  denominator: 'targets' | 'capped' = 'targets',
): number => {
  check(targets, k);
  return hits(ranked, targets, k) / (denominator === 'capped' ? Math.min(k, targets.size) : targets.size);
};

/** 1 where any target is among the first k, else 0. With one target: HR@k = P@k of the session literature. */
export const hitAt = <T>(ranked: Ranked<T>, targets: ReadonlySet<T>, k: number): number => {
  check(targets, k);
  return hits(ranked, targets, k) > 0 ? 1 : 0;
};

/** 1 / rank of the first target within the first k, else 0. */
export const reciprocalRankAt = <T>(ranked: Ranked<T>, targets: ReadonlySet<T>, k: number): number => {
  check(targets, k);
  for (let i = 0; i < Math.min(k, ranked.length); i += 1) if (targets.has(ranked[i] as T)) return 1 / (i + 1);
  return 0;
};

/** Binary gains, discount 1 / log2(rank + 1), ideal over min(k, |targets|) hits at the top. */
export const ndcgAt = <T>(ranked: Ranked<T>, targets: ReadonlySet<T>, k: number): number => {
  check(targets, k);
  let gain = 0;
  let ideal = 0;
  for (let i = 0; i < k; i += 1) {
    if (i < ranked.length && targets.has(ranked[i] as T)) gain += 1 / Math.log2(i + 2);
    if (i < targets.size) ideal += 1 / Math.log2(i + 2);
  }
  return gain / ideal;
};

/** Rank (1 = best) of a target by scores over the whole catalogue; equal scores and NaN count against the model. */
export const rankOf = (scores: ArrayLike<number>, target: number): number => {
  const own = scores[target];
  if (own === undefined) throw new RangeError(`no score for item ${target}`);
  let rank = 1;
  for (let i = 0; i < scores.length; i += 1) if (i !== target && !((scores[i] as number) < own)) rank += 1;
  return rank;
};
