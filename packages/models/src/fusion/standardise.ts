/**
 * One subject's scores by one part on a scale that all parts share: z = (score − mean) / standard deviation over the
 * items that may be shown. Invariants: the order stays; a part that scores all alike says nothing, so it becomes 0.
 */
export const standardise = (
  /** [items]; anything but a finite number throws a RangeError. */
  scores: Float32Array,
  /** Items that can't be shown, each once: they get a z, and don't decide the scale. */
  excluded: Int32Array,
  /** [items]; may be `scores`. */
  into: Float32Array,
): void => {
  const count = scores.length - excluded.length;
  let sum = 0;
  for (let item = 0; item < scores.length; item += 1) sum += scores[item] as number;
  if (!Number.isFinite(sum)) throw new RangeError('a score is not finite');
  const deciding = new Uint8Array(scores.length).fill(1);
  for (const item of excluded) deciding[item] = 0;
  // summed anew: taking the excluded off again would cancel where they are far larger than the others
  sum = 0;
  for (let item = 0; item < scores.length; item += 1) if (deciding[item] === 1) sum += scores[item] as number;
  const mean = count > 0 ? sum / count : 0;
  let squares = 0;
  for (let item = 0; item < scores.length; item += 1)
    if (deciding[item] === 1) squares += ((scores[item] as number) - mean) ** 2;
  const deviation = count > 0 ? Math.sqrt(Math.max(0, squares) / count) : 0;
  // of equal float32 scores nothing but the sum's rounding is left
  const scale = deviation > Math.abs(mean) * 1e-6 ? 1 / deviation : 0;
  for (let item = 0; item < scores.length; item += 1) into[item] = ((scores[item] as number) - mean) * scale;
};
