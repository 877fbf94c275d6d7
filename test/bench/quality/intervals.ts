import { createRandom } from './random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 1000;
const SEED = 20_111;

export const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] as number;
  return sum / values.length;
};

/** 95 % of the mean over subjects: percentiles of its mean over 1,000 resamples of the subjects, always the same ones. */
export const bootstrapInterval = (values: Float64Array, resamples = RESAMPLES): Interval => {
  const random = createRandom(SEED);
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let draw = 0; draw < values.length; draw += 1) sum += values[Math.floor(random() * values.length)] as number;
    return sum / values.length;
  }).sort();
  const percentile = (share: number) => means[Math.min(resamples - 1, Math.floor(share * resamples))] as number;
  return { low: percentile(0.025), high: percentile(0.975) };
};

/** Of a − b, subject by subject. */
export const pairedInterval = (a: Float64Array, b: Float64Array): Interval & { readonly mean: number } => {
  const differences = a.map((value, at) => value - (b[at] as number));
  return { mean: meanOf(differences), ...bootstrapInterval(differences) };
};
