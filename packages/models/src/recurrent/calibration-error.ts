import { createRandom } from '../training/random.ts';

/** Chances that were told, and what came. */
export interface ToldChances {
  readonly chances: Float32Array;
  /** 1 where it came. */
  readonly outcomes: Uint8Array;
  /** Who each was told: numbers of any kind. */
  readonly subjects: Int32Array;
}

/** Stream of random numbers that nothing else of a seed draws from. */
const PURPOSE = 46;

/**
 * Expected calibration error (calibration.ts) with its percentile interval of 95 % by resampling subjects; bins stay those
 * of all chances. A resample is noisier than what it is drawn from, which lifts the interval. Throws a RangeError without
 * chances.
 */
export const calibrationErrorInterval = (
  { chances, outcomes, subjects }: ToldChances,
  { bins, seed, resamples }: { readonly bins: number; readonly seed: number; readonly resamples: number },
): { readonly value: number; readonly low: number; readonly high: number } => {
  const count = chances.length;
  if (count === 0) throw new RangeError('no chances to find the error of');
  const order = Uint32Array.from(chances, (_, at) => at).sort(
    (a, b) => (chances[a] as number) - (chances[b] as number),
  );
  /** Σ chance − outcome by subject and bin. */
  const gaps = new Map<number, Float64Array>();
  for (let bin = 0; bin < bins; bin += 1)
    for (const at of order.subarray(Math.floor((bin * count) / bins), Math.floor(((bin + 1) * count) / bins))) {
      const subject = subjects[at] as number;
      const own = gaps.get(subject) ?? new Float64Array(bins + 1);
      own[bin] = (own[bin] as number) + (chances[at] as number) - (outcomes[at] as number);
      own[bins] = (own[bins] as number) + 1;
      gaps.set(subject, own);
    }
  const rows = [...gaps.values()];
  const errorOf = (pick: (at: number) => Float64Array): number => {
    const sums = new Float64Array(bins + 1);
    for (let at = 0; at < rows.length; at += 1) {
      const own = pick(at);
      for (let bin = 0; bin <= bins; bin += 1) sums[bin] = (sums[bin] as number) + (own[bin] as number);
    }
    return sums.subarray(0, bins).reduce((sum, gap) => sum + Math.abs(gap), 0) / (sums[bins] as number);
  };
  const value = errorOf((at) => rows[at] as Float64Array);
  const random = createRandom(seed, PURPOSE);
  const drawn = Float64Array.from({ length: resamples }, () =>
    errorOf(() => rows[random.below(rows.length)] as Float64Array),
  ).sort();
  const quantile = (share: number) => drawn[Math.round(share * (resamples - 1))] ?? value;
  return { value, low: Math.min(value, quantile(0.025)), high: Math.max(value, quantile(0.975)) };
};
