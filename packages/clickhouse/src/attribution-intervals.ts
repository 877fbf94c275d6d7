/**
 * 95 % intervals of figures per subject. Subjects are what varies: six items of one list, or ten lists of one subject, are
 * no ten trials, so sums are counted subject by subject and never impression by impression.
 */

/** Standard normal, 97.5 %. */
const Z = 1.959_963_984_540_054;
const ALPHA = 0.05;

export interface Interval {
  readonly value: number;
  /** Null where one subject is all there is, or none has any amount: nothing is known of how they vary. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Sums over subjects of x, y and their products. */
export interface RatioSums {
  readonly subjects: number;
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/**
 * Σy / Σx with its interval by the delta method: the variance of a ratio estimator over n subjects is
 * n / (n − 1) · Σ(y − R·x)² / (Σx)² (Cochran 1977, Sampling Techniques, 6.4). Null where Σx is 0. `isCount`: y counts
 * things; then no end is below 0, and where there are none the upper end is that of n subjects of whom none has any
 * (Clopper and Pearson), because a variance of 0 would say that it is certain.
 */
export const ratioInterval = (sums: RatioSums, isCount: boolean): Interval | null => {
  const { subjects, x, y, xx, xy, yy } = sums;
  if (x === 0) return null;
  const value = y / x;
  if (isCount && y === 0) return { value, low: 0, high: 1 - (ALPHA / 2) ** (1 / subjects) };
  if (subjects < 2 || yy === 0) return { value, low: null, high: null };
  const squares = Math.max(0, yy - 2 * value * xy + value * value * xx);
  const half = (Z * Math.sqrt((subjects / (subjects - 1)) * squares)) / Math.abs(x);
  return { value, low: isCount ? Math.max(0, value - half) : value - half, high: value + half };
};

/** Sums over the subjects of one arm. */
export interface MeanSums {
  readonly subjects: number;
  readonly y: number;
  readonly yy: number;
}

const meanOf = ({ subjects, y, yy }: MeanSums): { mean: number; variance: number } => {
  const mean = y / subjects;
  // of the mean, not of a subject
  const variance = subjects < 2 ? Number.NaN : Math.max(0, yy - subjects * mean * mean) / (subjects - 1) / subjects;
  return { mean, variance };
};

/** A figure per subject, with its interval. Null without subjects. */
export const meanInterval = (sums: MeanSums): Interval | null => {
  if (sums.subjects === 0) return null;
  const { mean, variance } = meanOf(sums);
  return around(mean, variance);
};

const around = (value: number, variance: number): Interval => {
  const half = Z * Math.sqrt(variance);
  return Number.isNaN(half) ? { value, low: null, high: null } : { value, low: value - half, high: value + half };
};

export interface ArmComparison {
  /** Mean of a subject of `a` less that of `b` (Welch: variances of their own). */
  readonly difference: Interval;
  /** a / b − 1, by the delta method on its logarithm; null where a mean is not above 0. */
  readonly lift: Interval | null;
}

/** Two independent samples of subjects; null where one is empty. */
export const compareArms = (a: MeanSums, b: MeanSums): ArmComparison | null => {
  if (a.subjects === 0 || b.subjects === 0) return null;
  const [one, other] = [meanOf(a), meanOf(b)];
  const difference = around(one.mean - other.mean, one.variance + other.variance);
  if (!(one.mean > 0 && other.mean > 0)) return { difference, lift: null };
  const log = around(Math.log(one.mean / other.mean), one.variance / one.mean ** 2 + other.variance / other.mean ** 2);
  const lift = (end: number | null) => (end === null ? null : Math.expm1(end));
  return {
    difference,
    lift: { value: Math.expm1(log.value), low: lift(log.low), high: lift(log.high) },
  };
};
