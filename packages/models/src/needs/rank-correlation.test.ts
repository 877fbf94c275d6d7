import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { midRanks, spearman } from './rank-correlation.ts';

describe('ranks', () => {
  test('of equal values are the mean of theirs: 1 + how many are below + half of the others that are equal', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 6 })), (values) => {
        const expected = values.map((value, at) => {
          const below = values.filter((other) => other < value).length;
          const equal = values.filter((other, place) => other === value && place !== at).length;
          return 1 + below + equal / 2;
        });
        expect([...midRanks(Float64Array.from(values))]).toEqual(expected);
      }),
    ));
});

describe('spearman', () => {
  test('worked out by hand: without ties 1 − 6Σd²/(n³ − n), with ties Pearson of the mid-ranks', () => {
    // d = 1, 1, 1, 1, 0
    expect(spearman([1, 2, 3, 4, 5], [20, 10, 40, 30, 50])?.rho).toBeCloseTo(1 - (6 * 4) / 120, 12);
    // ranks 1 2.5 2.5 4 beside 1 3 2 4: 4.5 / √(4.5 · 5)
    expect(spearman([1, 2, 2, 3], [5, 7, 6, 9])?.rho).toBeCloseTo(4.5 / Math.sqrt(22.5), 12);
  });

  test('any rising change of either leaves it as it is; a falling one turns its sign and interval', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), { minLength: 5 }),
        (pairs) => {
          const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
          const found = spearman(a, b);
          expect(
            spearman(
              a.map((x) => x ** 3 + x),
              b,
            ),
          ).toEqual(found);
          const turned = spearman(
            a,
            b.map((y) => -y),
          );
          if (!found || !turned) return expect(found).toBe(turned);
          expect(turned.rho).toBeCloseTo(-found.rho, 12);
          expect(turned.low).toBeCloseTo(-found.high, 12);
          expect(found.low).toBeLessThanOrEqual(found.rho);
          expect(found.high).toBeGreaterThanOrEqual(found.rho);
        },
      ),
    ));

  test('the interval covers the truth 95 times of 100, for normal pairs of ρ = .5', () => {
    const random = createRandom(1, 907);
    const truth = (6 / Math.PI) * Math.asin(0.25);
    let covered = 0;
    for (let time = 0; time < 2000; time += 1) {
      const noise = new Float32Array(80);
      random.fillNormal(noise);
      const a = noise.subarray(0, 40);
      const b = a.map((x, at) => 0.5 * x + Math.sqrt(0.75) * (noise[40 + at] as number));
      const { low, high } = spearman(a, b) as { low: number; high: number };
      if (low <= truth && truth <= high) covered += 1;
    }
    expect(covered / 2000).toBeGreaterThan(0.93);
    expect(covered / 2000).toBeLessThan(0.97);
  });

  test('unknown values are left out pair by pair; what is not known has no figure', () => {
    const found = spearman([1, NaN, 2, 3, 4, 5], [2, 9, NaN, 3, 4, 5]);
    expect(found).toMatchObject({ n: 4, rho: 1, high: 1 });
    // four pairs in order are no certainty
    expect(found?.low).toBeLessThan(0);
    expect(spearman([1, 2, 3], [1, 2, 3])).toBeUndefined();
    expect(spearman([1, 1, 1, 1, 1], [1, 2, 3, 4, 5])).toBeUndefined();
    expect(() => spearman([1], [1, 2])).toThrow('1 values beside 2');
  });
});
