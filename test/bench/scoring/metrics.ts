import type { Metrics } from '../harness/bench.ts';

/** Items of the catalogue whose metrics are named by their batch alone. */
export const NAMED_BY_BATCH = 20_000;

/** 20000 as '20k', 1000000 as '1m'. */
export const short = (count: number): string => (count >= 1_000_000 ? `${count / 1_000_000}m` : `${count / 1000}k`);

/** What stands behind the `@`. */
export const nameOf = ({
  batch,
  threads,
  items,
}: {
  readonly batch: number | 'approximate';
  readonly threads: number;
  readonly items: number;
}): string =>
  `${batch}${threads === 1 ? '' : `_${threads}_threads`}${items === NAMED_BY_BATCH ? '' : `_${short(items)}_items`}`;

/** `taken`: µs a user in each round; `floor`: µs a user at the machine's peak. */
export const scoringMetrics = (name: string, taken: readonly number[], floor: number): Metrics => ({
  [`us_per_user@${name}`]: median(taken),
  [`best_us_per_user@${name}`]: Math.min(...taken),
  [`floor_us@${name}`]: floor,
  [`ratio_to_floor@${name}`]: Math.min(...taken) / floor,
});

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
