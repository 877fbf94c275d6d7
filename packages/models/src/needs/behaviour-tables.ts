/** What people's behaviour looks like, as plain tables: a row an object, ready for a page or a file. */
import { type RankCorrelation, spearman } from './rank-correlation.ts';

/** A figure of each user; NaN where it is not known. */
export interface BehaviourColumn {
  readonly name: string;
  readonly values: ArrayLike<number>;
}

export interface Distribution {
  readonly name: string;
  /** Users of whom it is known, and of whom not. */
  readonly n: number;
  readonly missing: number;
  readonly mean: number;
  /** With n − 1. */
  readonly standardDeviation: number;
  readonly least: number;
  readonly p5: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly p95: number;
  readonly most: number;
  /** Share of exact zeros, which averages hide. */
  readonly zeros: number;
}

/** Quantiles lie between their two neighbours in a line. A column of which nothing is known has NaN for all but counts. */
export const distributionTable = (columns: readonly BehaviourColumn[]): readonly Distribution[] =>
  columns.map(({ name, values }) => {
    const known = Float64Array.from(values)
      .filter((value) => !Number.isNaN(value))
      .sort();
    const n = known.length;
    const mean = known.reduce((sum, value) => sum + value, 0) / n;
    const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const at = (share: number) => quantileOf(known, share);
    return {
      name,
      n,
      missing: values.length - n,
      mean,
      standardDeviation: Math.sqrt(squares / (n - 1)),
      least: at(0),
      p5: at(0.05),
      p25: at(0.25),
      median: at(0.5),
      p75: at(0.75),
      p95: at(0.95),
      most: at(1),
      zeros: known.filter((value) => value === 0).length / n,
    };
  });

const quantileOf = (sorted: Float64Array, share: number): number => {
  if (sorted.length === 0) return NaN;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] as number;
  return low + (place - below) * ((sorted[Math.min(below + 1, sorted.length - 1)] as number) - low);
};

export interface CorrelationRow extends RankCorrelation {
  readonly a: string;
  readonly b: string;
}

/** Spearman's of every pair of columns of which something is known, strongest first. */
export const correlationTable = (columns: readonly BehaviourColumn[]): readonly CorrelationRow[] =>
  columns
    .flatMap((a, at) =>
      columns.slice(at + 1).flatMap((b) => {
        const found = spearman(a.values, b.values);
        return found ? [{ a: a.name, b: b.name, ...found }] : [];
      }),
    )
    .sort((x, y) => Math.abs(y.rho) - Math.abs(x.rho));
