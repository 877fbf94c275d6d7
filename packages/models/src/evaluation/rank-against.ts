/**
 * The first k items of one user's full ranking, best first, for the metrics. Invariant: ties count against the model, a
 * target stands behind every other item of its score; so a model that scores all alike has hits by nothing but lack of
 * other items.
 */
export const rankAgainst = (
  /** [items]; NaN throws a RangeError, −∞ is the last place. */
  scores: Float32Array,
  /** Left out of the ranking, targets or not. */
  seen: ReadonlySet<number>,
  targets: ReadonlySet<number>,
  k: number,
): Int32Array => {
  const others = createTop(k);
  const wanted = createTop(k);
  let floor = others.floor();
  for (let item = 0; item < scores.length; item += 1) {
    const score = scores[item] as number;
    if (score <= floor) continue; // nearly all, at one comparison; NaN is not among them
    if (Number.isNaN(score)) throw new RangeError(`the score of item ${item} is NaN`);
    if (targets.has(item) || seen.has(item)) continue;
    others.add(item, score);
    floor = others.floor();
  }
  for (const item of [...targets].sort((a, b) => a - b)) {
    const score = scores[item] as number;
    if (!seen.has(item) && !(score <= wanted.floor())) wanted.add(item, score);
  }
  const ranked = new Int32Array(Math.min(k, others.length() + wanted.length()));
  let [other, target] = [0, 0];
  for (let at = 0; at < ranked.length; at += 1) {
    const isOther =
      target === wanted.length() || (other < others.length() && others.score(other) >= wanted.score(target));
    ranked[at] = isOther ? others.item(other++) : wanted.item(target++);
  }
  return ranked;
};

/** The k best, kept in order; equal scores in order of arrival. k is small: insertion beats a heap. */
const createTop = (k: number) => {
  const items = new Int32Array(k);
  const scores = new Float64Array(k);
  let length = 0;
  return {
    length: () => length,
    item: (at: number) => items[at] as number,
    score: (at: number) => scores[at] as number,
    /** What a score must exceed; NaN, which excludes nothing, while there is room. */
    floor: () => (length < k ? Number.NaN : (scores[k - 1] as number)),
    add: (item: number, score: number) => {
      let at = length < k ? length++ : k - 1;
      for (; at > 0 && (scores[at - 1] as number) < score; at -= 1) {
        items[at] = items[at - 1] as number;
        scores[at] = scores[at - 1] as number;
      }
      items[at] = item;
      scores[at] = score;
    },
  };
};
