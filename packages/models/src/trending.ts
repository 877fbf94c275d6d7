/**
 * One popularity out of several half-lives: each row is scaled to a maximum of 1, then the rows are averaged by weight.
 * scores: [halfLives, items] row-major, ≥ 0; weights: [halfLives]. Returns [items] in 0..1; a row of zeros counts nothing.
 */
export const blendTrending = (scores: Float32Array, items: number, weights: readonly number[]): Float64Array => {
  const blended = new Float64Array(items);
  let used = 0;
  for (let row = 0; row < weights.length && (row + 1) * items <= scores.length; row += 1) {
    let best = 0;
    for (let i = 0; i < items; i += 1) best = Math.max(best, scores[row * items + i] as number);
    if (best <= 0) continue;
    used += weights[row] as number;
    for (let i = 0; i < items; i += 1)
      blended[i] = (blended[i] as number) + ((weights[row] as number) * (scores[row * items + i] as number)) / best;
  }
  if (used > 0) for (let i = 0; i < items; i += 1) blended[i] = (blended[i] as number) / used;
  return blended;
};
