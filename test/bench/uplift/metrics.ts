/** What is told of all arms' sums. */
import type { Metrics } from '../harness/bench.ts';
import { type Estimate, estimate, ratiosOf, type SeedTallies, shareOfTheWay } from './figures.ts';
import { type ArmName, armNames } from './run-seed.ts';

type Means = Readonly<Record<ArmName, number>>;

/** Over the same people: what is said of two arms or three. */
const comparisons: Readonly<Record<string, (means: Means) => number>> = {
  neural_over_neighbours: (means) => means.neural - means.neighbours,
  neural_over_trending: (means) => means.neural - means.trending,
  neural_over_none: (means) => means.neural - means.none,
  oracle_over_trending: (means) => means.oracle - means.trending,
  share_of_oracle_gap: shareOfTheWay('trending', 'oracle', 'neural'),
  neighbours_share_of_oracle_gap: shareOfTheWay('trending', 'oracle', 'neighbours'),
};

/** What lists are for: by session, and compared. */
const sold = ['purchases', 'revenue'] as const;
/** Comparisons of it are what is asked for, and named without it. */
const DECIDING = 'purchases';
const soldOf = (tallies: readonly SeedTallies[]): Record<string, Estimate> => {
  const figures: Record<string, Estimate> = {};
  for (const column of sold) {
    for (const arm of armNames)
      figures[`${column}_per_session.${arm}`] = estimate(tallies, column, (means) => means[arm] as number);
    for (const [what, of] of Object.entries(comparisons))
      figures[column === DECIDING ? what : `${column}_per_session.${what}`] = estimate(tallies, column, of);
  }
  return figures;
};

/** How it comes about. */
const wayOf = (tallies: readonly SeedTallies[]): Record<string, number> => {
  const figures: Record<string, number> = {};
  for (const column of ['impressions', 'clicks', 'views', 'carts'] as const)
    for (const arm of armNames) figures[`${column}_per_session.${arm}`] = ratiosOf(tallies, column)[arm] as number;
  return figures;
};

/** For people. */
export const linesOf = (tallies: readonly SeedTallies[], title: string): string[] => [
  `${title}:`,
  ...Object.entries(soldOf(tallies)).map(
    ([name, { value, low, high }]) => `  ${name} ${value.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`,
  ),
];

/** By their names in docs/benchmarks.md. */
export const metricsOf = (all: readonly SeedTallies[], seeds: readonly number[]): Metrics => {
  const metrics: Record<string, number> = {};
  for (const [name, { value, low, high }] of Object.entries(soldOf(all)))
    Object.assign(metrics, { [name]: value, [`${name}.low`]: low, [`${name}.high`]: high });
  Object.assign(metrics, wayOf(all));
  seeds.forEach((seed, at) => {
    for (const [name, { value }] of Object.entries(soldOf([all[at] as SeedTallies])))
      metrics[`${name}@seed_${seed}`] = value;
  });
  return metrics;
};
