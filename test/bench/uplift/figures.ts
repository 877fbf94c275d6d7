/** Means by session, and how sure they are, by resampling people: the same ones in every arm. */
import { createRandom } from '../quality/random.ts';
import type { Tally } from './tally.ts';

/** The same people by arm, of one seed. */
export type SeedTallies = Readonly<Record<string, Tally>>;

export interface Estimate {
  readonly value: number;
  /** 95 % by bootstrap. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;
const SEED = 20_111;

/** Σ over people of a column by Σ of sessions, of all seeds together, by arm. */
export type Ratios = Readonly<Record<string, number>>;

/** Of everybody; with `draw`, of a resample: a person for each of their seed's. */
export const ratiosOf = (
  seeds: readonly SeedTallies[],
  column: keyof Tally,
  draw: (people: number, turn: number) => number = (_, turn) => turn,
): Ratios => {
  const arms = Object.keys(seeds[0] ?? {});
  const sums = arms.map(() => 0);
  const sessions = arms.map(() => 0);
  for (const tallies of seeds) {
    const columns = arms.map((arm) => tallies[arm] as Tally);
    const people = columns[0]?.sessions.length ?? 0;
    for (let turn = 0; turn < people; turn += 1) {
      const person = draw(people, turn);
      columns.forEach((tally, arm) => {
        sums[arm] = (sums[arm] as number) + (tally[column][person] as number);
        sessions[arm] = (sessions[arm] as number) + (tally.sessions[person] as number);
      });
    }
  }
  return Object.fromEntries(arms.map((arm, a) => [arm, (sums[a] as number) / (sessions[a] as number)]));
};

/** Of some function of the arms' means by session. People are drawn within their seed; who is drawn counts in all arms. */
export const estimate = (
  seeds: readonly SeedTallies[],
  column: keyof Tally,
  of: (means: Ratios) => number,
): Estimate => {
  const random = createRandom(SEED);
  const values = Float64Array.from({ length: RESAMPLES }, () =>
    of(ratiosOf(seeds, column, (people) => Math.floor(random() * people))),
  ).sort();
  const percentile = (share: number) => values[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))] as number;
  return { value: of(ratiosOf(seeds, column)), low: percentile(0.025), high: percentile(0.975) };
};

/** How far from one arm to another a third one comes: 0 as the first, 1 as the last. */
export const shareOfTheWay =
  (from: string, to: string, arm: string) =>
  (means: Ratios): number =>
    ((means[arm] as number) - (means[from] as number)) / ((means[to] as number) - (means[from] as number));
