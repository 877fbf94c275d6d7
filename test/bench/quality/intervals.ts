import { createRandom } from './random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Resampling {
  /** [values], from 0: values of the same number are drawn together. Absent: each alone. */
  readonly clusters?: Int32Array | undefined;
  readonly resamples?: number;
}

const RESAMPLES = 1000;
const SEED = 20_111;

export const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] as number;
  return sum / values.length;
};

/**
 * 95 % of the mean over values: percentiles of its mean over 1,000 resamples of the clusters, always the same ones. A
 * resample's mean is over its values, so that a long cluster counts as much as its values do.
 */
export const bootstrapInterval = (values: Float64Array, resampling: Resampling = {}): Interval => {
  const { clusters, resamples = RESAMPLES } = resampling;
  const { sums, sizes } = clusters ? sumsOf(values, clusters) : { sums: values, sizes: undefined };
  const random = createRandom(SEED);
  const means = Float64Array.from({ length: resamples }, () => {
    let [sum, size] = [0, 0];
    for (let draw = 0; draw < sums.length; draw += 1) {
      const at = Math.floor(random() * sums.length);
      sum += sums[at] as number;
      size += sizes ? (sizes[at] as number) : 1;
    }
    return sum / size;
  }).sort();
  const percentile = (share: number) => means[Math.min(resamples - 1, Math.floor(share * resamples))] as number;
  return { low: percentile(0.025), high: percentile(0.975) };
};

/** Of a − b, value by value. */
export const pairedInterval = (
  a: Float64Array,
  b: Float64Array,
  resampling?: Resampling,
): Interval & { readonly mean: number } => {
  const differences = a.map((value, at) => value - (b[at] as number));
  return { mean: meanOf(differences), ...bootstrapInterval(differences, resampling) };
};

const sumsOf = (values: Float64Array, clusters: Int32Array) => {
  const count = clusters.reduce((most, cluster) => Math.max(most, cluster + 1), 0);
  const [sums, sizes] = [new Float64Array(count), new Int32Array(count)];
  clusters.forEach((cluster, at) => {
    sums[cluster] = (sums[cluster] as number) + (values[at] as number);
    sizes[cluster] = (sizes[cluster] as number) + 1;
  });
  return { sums, sizes };
};
