import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hitAt, ndcgAt, reciprocalRankAt } from '../metrics.ts';
import { createRandom } from '../training/random.ts';
import { coverageAt, noveltyAt, revenueAt } from './beyond-accuracy.ts';
import { nextItemFigures, rankUnseen } from './next-item.ts';
import { comparePaired, resampledMeans } from './paired-bootstrap.ts';
import { prequentialSteps } from './prequential.ts';
import { rankAgainst } from './rank-against.ts';
import { coldAndWarm } from './slices.ts';

test('figures by rank are the metrics of the whole ranking, ties and seen items too', () => {
  const level = fc.integer({ min: 0, max: 3 });
  fc.assert(
    fc.property(
      fc.array(level, { minLength: 4, maxLength: 12 }),
      fc.nat(3),
      fc.uniqueArray(fc.nat(11), { maxLength: 4 }),
      (values, target, hidden) => {
        const scores = Float32Array.from(values);
        const seen = new Set(hidden.filter((item) => item !== target));
        const ranked = rankAgainst(scores, seen, new Set([target]), 3);
        const figures = nextItemFigures(Int32Array.of(rankUnseen(scores, target, seen)), 3);
        const wanted = new Set([target]);
        expect(figures['HR@3']?.[0]).toBe(hitAt(ranked, wanted, 3));
        expect(figures['MRR@3']?.[0]).toBe(reciprocalRankAt(ranked, wanted, 3));
        expect(figures['NDCG@3']?.[0]).toBeCloseTo(ndcgAt(ranked, wanted, 3), 12);
      },
    ),
  );
});

test('NaN counts against the model too', () => {
  expect(rankUnseen(Float32Array.of(1, Number.NaN, 0), 0, new Set())).toBe(2);
});

test('a bootstrap is as wide as the theory of means has it, and the same for the same seed', () => {
  const random = createRandom(1, 1);
  const values = Float64Array.from({ length: 3000 }, () => random.next());
  const means = resampledMeans(values, { seed: 7, resamples: 4000 });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / means.length);
  expect(deviation / Math.sqrt(1 / 12 / 3000)).toBeCloseTo(1, 1);
  expect(resampledMeans(values, { seed: 7, resamples: 4000 })).toEqual(means);
  expect(resampledMeans(values, { seed: 8, resamples: 4000 })).not.toEqual(means);
});

test('a paired interval covers the truth in about 19 of 20 cases', () => {
  const runs = 300;
  let covered = 0;
  for (let seed = 1; seed <= runs; seed += 1) {
    const random = createRandom(seed, 3);
    const a = Float64Array.from({ length: 200 }, () => random.next() ** 2);
    const b = a.map((value) => value + random.next() - 0.5 - 0.01);
    const { low, high } = comparePaired(a, b, { seed, resamples: 500 });
    if (low <= 0.01 && 0.01 <= high) covered += 1;
  }
  expect(covered / runs).toBeGreaterThan(0.9);
  expect(covered / runs).toBeLessThan(0.985);
});

test('by hand: coverage, novelty, revenue, cold and warm', () => {
  const lists = [Int32Array.of(0, 1, 2), Int32Array.of(1, 0, 3)];
  expect(coverageAt(lists, 2, 8)).toBe(2 / 8);
  expect(coverageAt(lists, 3, 8)).toBe(4 / 8);
  expect(noveltyAt(Int32Array.of(0, 1), 2, [4, 2, 2], 8)).toBe((1 + 2) / 2);
  expect(noveltyAt(Int32Array.of(0), 1, [0], 8)).toBe(4);
  expect(
    revenueAt(
      Int32Array.of(3, 1, 2),
      2,
      new Map([
        [1, 9.5],
        [2, 100],
        [3, 1],
      ]),
    ),
  ).toBe(10.5);
  const { cold, warm } = coldAndWarm(Float64Array.of(1, 0, 0.5), [1, 5, 9], 5);
  expect([[...cold], [...warm]]).toEqual([[1], [0, 0.5]]);
});

test('a step learns from all before what it is measured on, and never parts events of the same time', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(20), { maxLength: 30 }),
      fc.nat(20),
      fc.integer({ min: 1, max: 9 }),
      (given, from, length) => {
        const times = Float64Array.from(given).sort();
        const steps = [...prequentialSteps(times, from, length)];
        expect(steps.reduce((sum, { test: slice }) => sum + slice.to - slice.from, 0)).toBe(
          given.filter((time) => time >= from).length,
        );
        for (const { train: known, test: slice } of steps) {
          expect(known).toEqual({ from: 0, to: slice.from });
          expect((times[known.to - 1] ?? -1) < (times[slice.from] as number)).toBe(true);
        }
      },
    ),
  );
  expect(() => [...prequentialSteps(Float64Array.of(2, 1), 1, 1)]).toThrow(RangeError);
});
