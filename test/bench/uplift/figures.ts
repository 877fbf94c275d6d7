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

/**
 * Of some function of the arms' means by session. People are drawn within their seed; of those who are drawn, all arms
 * count.
 */
export const estimate = (
  seeds: readonly SeedTallies[],
  column: keyof Tally,
  of: (ratios: Ratios) => number,
): Estimate => {
  const arms = Object.keys(seeds[0] ?? {});
  const people = seeds.map((tallies) => tallies[arms[0] as string]?.sessions.length ?? 0);
  const ratios = (draw: ((seed: number) => number) | undefined): Ratios => {
    const sums = arms.map(() => 0);
    const sessions = arms.map(() => 0);
    seeds.forEach((tallies, seed) => {
      const columns = arms.map((arm) => tallies[arm] as Tally);
      for (let turn = 0; turn < (people[seed] as number); turn += 1) {
        const person = draw ? draw(seed) : turn;
        for (let a = 0; a < arms.length; a += 1) {
          const tally = columns[a] as Tally;
          sums[a] = (sums[a] as number) + (tally[column][person] as number);
          sessions[a] = (sessions[a] as number) + (tally.sessions[person] as number);
        }
      }
    });
    return Object.fromEntries(arms.map((arm, a) => [arm, (sums[a] as number) / (sessions[a] as number)]));
  };
  const random = createRandom(SEED);
  const values = Float64Array.from({ length: RESAMPLES }, () =>
    of(ratios((seed) => Math.floor(random() * (people[seed] as number)))),
  ).sort();
  const percentile = (share: number) => values[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))] as number;
  return { value: of(ratios(undefined)), low: percentile(0.025), high: percentile(0.975) };
};

/** How far from one arm to another a third one comes: 0 as the first, 1 as the last. */
export const shareOfTheWay =
  (from: string, to: string, arm: string) =>
  (ratios: Ratios): number =>
    ((ratios[arm] as number) - (ratios[from] as number)) / ((ratios[to] as number) - (ratios[from] as number));
