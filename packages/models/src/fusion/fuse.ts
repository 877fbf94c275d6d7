/**
 * Σ weight · z over the parts that have something to say for a subject. `parts`: standardised scores [items], or
 * undefined where a part is absent, for this subject or wholly; the others then rank among themselves.
 */
export const fuse = (
  parts: readonly (Float32Array | undefined)[],
  weights: readonly number[],
  /** [items]; none of the parts. */
  into: Float32Array,
): void => {
  if (weights.length !== parts.length) throw new RangeError(`${weights.length} weights for ${parts.length} parts`);
  into.fill(0);
  parts.forEach((part, at) => {
    const weight = weights[at] as number;
    if (part === undefined || weight === 0) return;
    for (let item = 0; item < into.length; item += 1)
      into[item] = (into[item] as number) + weight * (part[item] as number);
  });
};
