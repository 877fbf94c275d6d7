import { describe, expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { logWealth, type Tally, winRate } from './confidence-sequence.ts';

const ALPHA = 0.05;
const LOOKS = 2000;
const RUNS = 600;
/** Alpha and what chance adds to RUNS draws in 999 of 1000 cases. */
const CEILING = ALPHA + 3.1 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS);

/** Whether any look of a run excludes `share`; `chance` may depend on the wins and losses so far. */
const everExcluded = (seed: number, share: number, chance: (so: Tally, lastWon: boolean) => number): boolean => {
  const random = createRandom(seed, 1);
  let tally: Tally = { wins: 0, losses: 0 };
  let won = false;
  for (let look = 0; look < LOOKS; look += 1) {
    won = random.next() < chance(tally, won);
    tally = won ? { ...tally, wins: tally.wins + 1 } : { ...tally, losses: tally.losses + 1 };
    if (logWealth(tally, share) >= -Math.log(ALPHA)) return true;
  }
  return false;
};
const shareExcluded = (run: (seed: number) => boolean): number =>
  Array.from({ length: RUNS }, (_, seed) => run(seed + 1)).filter(Boolean).length / RUNS;

describe('looked at after every outcome', () => {
  test.each([0.5, 0.1, 0.97])('a share of %d is ever excluded in no more runs than alpha', (share) => {
    const excluded = shareExcluded((seed) => everExcluded(seed, share, () => share));
    expect(excluded).toBeLessThanOrEqual(CEILING);
    expect(excluded).toBeGreaterThan(0); // intervals that hold everything would pass as well
  });

  test('an ordinary interval, looked at as often, is wrong in more than a third of the runs', () => {
    const wrong = shareExcluded((seed) => {
      const random = createRandom(seed, 1);
      let wins = 0;
      for (let n = 1; n <= LOOKS; n += 1) {
        if (random.next() < 0.5) wins += 1;
        if (n >= 20 && Math.abs(wins / n - 0.5) > 1.96 * Math.sqrt(0.25 / n)) return true;
      }
      return false;
    });
    expect(wrong).toBeGreaterThan(1 / 3);
  });

  test('a difference is found: 60 % of wins exclude one half within 2,000 outcomes', () => {
    expect(shareExcluded((seed) => everExcluded(seed, 0.5, () => 0.6))).toBeGreaterThan(0.99);
  });
});

test('the wealth is the mean of what each bet of the prior would have', () => {
  // B(½, ½) by the substitution p = sin² t, under which it is even over t
  const STEPS = 20_000;
  for (const [wins, losses, share] of [
    [0, 0, 0.5],
    [1, 0, 0.5],
    [3, 9, 0.4],
    [40, 25, 0.5],
  ] as const) {
    let sum = 0;
    for (let k = 0; k < STEPS; k += 1) {
      const p = Math.sin(((k + 0.5) / STEPS) * (Math.PI / 2)) ** 2;
      sum += (p / share) ** wins * ((1 - p) / (1 - share)) ** losses;
    }
    expect(logWealth({ wins, losses }, share)).toBeCloseTo(Math.log(sum / STEPS), 8);
  }
});

test('the interval is the shares whose wealth is below 1 / alpha, and no others', () => {
  for (const [wins, losses] of [
    [0, 1],
    [0, 40],
    [5, 5],
    [70, 30],
    [1000, 1100],
    [12, 0],
  ] as const) {
    const { rate, low, high } = winRate({ wins, losses }, ALPHA);
    expect(rate).toBe(wins / (wins + losses));
    for (let k = 1; k < 1000; k += 1) {
      const share = k / 1000;
      const inside = logWealth({ wins, losses }, share) < -Math.log(ALPHA);
      if (Math.abs(share - low) > 1e-9 && Math.abs(share - high) > 1e-9)
        expect(share > low && share < high, `${share} of ${wins}:${losses}`).toBe(inside);
    }
  }
});

test('nothing is known before the first outcome, and one side mirrors the other', () => {
  expect(winRate({ wins: 0, losses: 0 })).toEqual({ rate: Number.NaN, low: 0, high: 1 });
  const [one, other] = [winRate({ wins: 30, losses: 12 }), winRate({ wins: 12, losses: 30 })];
  expect(one.low).toBeCloseTo(1 - other.high, 12);
  expect(one.high).toBeCloseTo(1 - other.low, 12);
});

test('counts that are none are refused', () => {
  for (const tally of [
    { wins: -1, losses: 0 },
    { wins: 0.5, losses: 1 },
    { wins: Number.NaN, losses: 1 },
  ])
    expect(() => winRate(tally)).toThrow(RangeError);
  expect(() => winRate({ wins: 1, losses: 1 }, 1)).toThrow(/alpha/);
});
