import { expect, test } from 'vitest';
import { compareArms, type MeanSums, meanInterval, type RatioSums, ratioInterval } from './attribution-intervals.ts';

/** mulberry32: the same numbers for a seed. */
const createRandom = (seed: number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};
const ratioSums = (pairs: readonly (readonly [number, number])[]): RatioSums => {
  const sum = (of: (x: number, y: number) => number) => pairs.reduce((all, [x, y]) => all + of(x, y), 0);
  return {
    subjects: pairs.length,
    ...{ x: sum((x) => x), y: sum((_, y) => y) },
    ...{ xx: sum((x) => x * x), xy: sum((x, y) => x * y), yy: sum((_, y) => y * y) },
  };
};
const meanSums = (values: readonly number[]): MeanSums => ({
  subjects: values.length,
  y: values.reduce((sum, value) => sum + value, 0),
  yy: values.reduce((sum, value) => sum + value * value, 0),
});
const covers = (interval: { low: number | null; high: number | null } | null, truth: number): boolean =>
  interval !== null && (interval.low as number) <= truth && truth <= (interval.high as number);
const shareOf = (runs: number, holds: (seed: number) => boolean): number =>
  Array.from({ length: runs }, (_, seed) => holds(seed + 1)).filter(Boolean).length / runs;

test('a ratio over subjects is as wide as the formula says', () => {
  // (10, 1), (20, 3), (30, 2): R = 0.1; residuals 0, 1, −1; 3/2 · 2 / 60² under the root
  const interval = ratioInterval(
    ratioSums([
      [10, 1],
      [20, 3],
      [30, 2],
    ]),
    true,
  );
  const half = 1.959_963_984_540_054 * Math.sqrt((1.5 * 2) / 3600);
  expect(interval?.value).toBeCloseTo(0.1, 12);
  expect(interval?.low).toBeCloseTo(0.1 - half, 12);
  expect(interval?.high).toBeCloseTo(0.1 + half, 12);
});

test('95 of 100 intervals hold the true rate though subjects differ much; counting impressions one by one would hold far fewer', () => {
  const RUNS = 400;
  const draw = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 300 }, () => {
      const taste = random() < 0.2 ? 0.4 : 0.05; // mean 0.12
      const x = 1 + Math.floor(random() * 40);
      return [x, Array.from({ length: x }, () => random() < taste).filter(Boolean).length] as const;
    });
  };
  const held = shareOf(RUNS, (seed) => covers(ratioInterval(ratioSums(draw(seed)), true), 0.12));
  const naive = shareOf(RUNS, (seed) => {
    const { x, y } = ratioSums(draw(seed));
    return Math.abs(y / x - 0.12) <= 1.96 * Math.sqrt((0.12 * 0.88) / x);
  });
  expect(held).toBeGreaterThan(0.95 - 3.1 * Math.sqrt((0.95 * 0.05) / RUNS));
  expect(held).toBeLessThan(0.95 + 3.1 * Math.sqrt((0.95 * 0.05) / RUNS));
  expect(naive).toBeLessThan(0.7);
});

test('no click among a few subjects is no certainty that there will be none', () => {
  const few = ratioInterval(
    ratioSums([
      [6, 0],
      [6, 0],
      [6, 0],
    ]),
    true,
  );
  expect(few).toMatchObject({ value: 0, low: 0 });
  expect(few?.high).toBeCloseTo(1 - 0.025 ** (1 / 3), 12);
  expect(ratioInterval(ratioSums([[6, 2]]), true)).toEqual({ value: 1 / 3, low: null, high: null });
  expect(ratioInterval(ratioSums([[0, 0]]), true)).toBeNull();
  expect(ratioInterval(ratioSums([[0, 3]]), true)).toBeNull();
});

test('revenue may be below zero, counts may not', () => {
  expect(
    ratioInterval(
      ratioSums([
        [10, 0],
        [10, 0],
      ]),
      false,
    ),
  ).toEqual({ value: 0, low: null, high: null });
  expect(
    ratioInterval(
      ratioSums([
        [10, -5],
        [10, 1],
      ]),
      false,
    )?.low,
  ).toBeLessThan(0);
  expect(
    ratioInterval(
      ratioSums([
        [10, 0],
        [10, 1],
        [10, 0],
      ]),
      true,
    )?.low,
  ).toBe(0);
});

test('two arms: the difference by Welch, the lift by the logarithm, on numbers worked out by hand', () => {
  // a: 1, 3 (mean 2, variance 2); b: 0, 1, 2 (mean 1, variance 1)
  const found = compareArms(meanSums([1, 3]), meanSums([0, 1, 2]));
  const z = 1.959_963_984_540_054;
  expect(found?.difference.value).toBeCloseTo(1, 12);
  expect(found?.difference.high).toBeCloseTo(1 + z * Math.sqrt(2 / 2 + 1 / 3), 12);
  expect(found?.lift?.value).toBeCloseTo(1, 12);
  expect(found?.lift?.low).toBeCloseTo(2 * Math.exp(-z * Math.sqrt(1 / 4 + 1 / 3)) - 1, 12);
  expect(meanInterval(meanSums([0, 1, 2]))?.high).toBeCloseTo(1 + z * Math.sqrt(1 / 3), 12);
});

test('arms without a difference are told apart in one of twenty runs, and one of ten per cent is found', () => {
  const RUNS = 400;
  const arm = (seed: number, chance: number) => {
    const random = createRandom(seed);
    return meanSums(Array.from({ length: 4000 }, () => (random() < chance ? 1 + Math.floor(random() * 4) : 0)));
  };
  const excludes = (lift: { low: number | null; high: number | null } | null | undefined) => !covers(lift ?? null, 0);
  const wrong = shareOf(RUNS, (seed) => excludes(compareArms(arm(seed, 0.2), arm(seed + 10_000, 0.2))?.lift));
  expect(wrong).toBeLessThan(0.05 + 3.1 * Math.sqrt((0.95 * 0.05) / RUNS));
  expect(
    shareOf(RUNS, (seed) => covers(compareArms(arm(seed, 0.22), arm(seed + 10_000, 0.2))?.lift ?? null, 0.1)),
  ).toBeGreaterThan(0.9);
});

test('an empty arm is no comparison, one without a purchase has no lift', () => {
  expect(compareArms(meanSums([]), meanSums([1]))).toBeNull();
  expect(compareArms(meanSums([1, 2]), meanSums([0, 0]))).toMatchObject({ lift: null, difference: { value: 1.5 } });
  expect(meanInterval(meanSums([]))).toBeNull();
  expect(meanInterval(meanSums([4]))).toEqual({ value: 4, low: null, high: null });
});
