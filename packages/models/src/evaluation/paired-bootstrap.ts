/**
 * How sure a mean over subjects is, by resampling the subjects. Invariants: the same seed draws the same subjects
 * whatever the values, so that comparisons over the same subjects share their resamples.
 */
export interface BootstrapOptions {
  readonly seed: number;
  readonly resamples: number;
}

/** Means of the resamples, rising, [resamples]. `values`: [subjects], at least one, each finite; else a RangeError. */
export const resampledMeans = (values: Float64Array, { seed, resamples }: BootstrapOptions): Float64Array => {
  const count = values.length;
  if (count === 0) throw new RangeError('no subjects to resample');
  if (!values.every(Number.isFinite)) throw new RangeError('a figure of a subject is not finite');
  const means = new Float64Array(resamples);
  // xorshift32 (Marsaglia 2003), scaled instead of a remainder: some 2 ns a draw, what a bootstrap's time is made of
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x6d2b79f5) | 0 || 1;
  const scale = count / 4_294_967_296;
  for (let resample = 0; resample < resamples; resample += 1) {
    let sum = 0;
    for (let draw = 0; draw < count; draw += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      sum += values[Math.floor((state >>> 0) * scale)] as number;
    }
    means[resample] = sum / count;
  }
  return means.sort();
};

/** What the mean is above but for a chance of `alpha`: a percentile of the rising resampled means. */
export const lowerBound = (means: Float64Array, alpha: number): number => {
  const at = Math.floor(alpha * means.length);
  if (at < 1) throw new RangeError(`${means.length} resamples are too few for an alpha of ${alpha}`);
  // the one below the percentile: rounding must not make a bound less careful
  return means[at - 1] as number;
};

export interface PairedComparison {
  readonly mean: number;
  /** Percentile interval of 1 − alpha, two-sided. */
  readonly low: number;
  readonly high: number;
}

/** Of a − b, subject by subject. */
export const comparePaired = (
  a: Float64Array,
  b: Float64Array,
  { alpha = 0.05, ...options }: BootstrapOptions & { readonly alpha?: number },
): PairedComparison => {
  const differences = pairedDifferences(a, b);
  const means = resampledMeans(differences, options);
  const high = means[Math.min(means.length - 1, Math.ceil((1 - alpha / 2) * means.length))] as number;
  return {
    mean: differences.reduce((sum, value) => sum + value, 0) / a.length,
    low: lowerBound(means, alpha / 2),
    high,
  };
};

/** a − share · b. Throws a RangeError where these are not the same subjects. */
export const pairedDifferences = (a: Float64Array, b: Float64Array, share = 1): Float64Array => {
  if (a.length !== b.length) throw new RangeError(`${a.length} subjects against ${b.length}`);
  return a.map((value, at) => value - share * (b[at] as number));
};
