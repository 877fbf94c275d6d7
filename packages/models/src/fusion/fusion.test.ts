import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rankAgainst } from '../evaluation/rank-against.ts';
import { ndcgAt } from '../metrics.ts';
import { toCommonScale } from './common-scale.ts';
import { fitWeights } from './fit-weights.ts';
import { fuse } from './fuse.ts';
import { standardise } from './standardise.ts';
import { createValidationPool } from './validation-pool.ts';

const ITEMS = 12;
const scores = fc
  .array(fc.integer({ min: -50, max: 50 }), { minLength: ITEMS, maxLength: ITEMS })
  .map((values) => Float32Array.from(values, (value) => value / 4));
const someItems = fc.uniqueArray(fc.integer({ min: 0, max: ITEMS - 1 }), { maxLength: 5 });

test('z has mean 0 and deviation 1 over what may be shown, and keeps the order of all', () => {
  fc.assert(
    fc.property(scores, someItems, fc.double({ min: 0.01, max: 100, noNaN: true }), (given, excluded, scale) => {
      const z = new Float32Array(ITEMS);
      standardise(given, Int32Array.from(excluded), z);
      const shown = [...given.keys()].filter((item) => !excluded.includes(item));
      const mean = shown.reduce((sum, item) => sum + (given[item] as number), 0) / shown.length;
      const deviation = Math.sqrt(
        shown.reduce((sum, item) => sum + ((given[item] as number) - mean) ** 2, 0) / shown.length,
      );
      const expected = [...given].map((value) => (deviation < 1e-9 ? 0 : (value - mean) / deviation));
      z.forEach((value, item) => expect(value).toBeCloseTo(expected[item] as number, 4));
      // the scale of a part does not matter
      const scaled = given.map((value) => value * scale + 3);
      standardise(scaled, Int32Array.from(excluded), scaled);
      scaled.forEach((value, item) => expect(value).toBeCloseTo(expected[item] as number, 2));
    }),
  );
});

test('a part that scores all alike says nothing; a score that is no number stops', () => {
  const flat = new Float32Array(3).fill(0.1);
  standardise(flat, Int32Array.of(1), flat);
  expect([...flat]).toEqual([0, 0, 0]);
  expect(() => standardise(Float32Array.of(1, -Infinity), new Int32Array(0), flat)).toThrow('not finite');
});

test('logits count by the roots of their probabilities, whatever their level and whatever is hidden', () => {
  const level = fc.integer({ min: -3000, max: 3000 });
  fc.assert(
    fc.property(scores, someItems, level, (logits, excluded, shift) => {
      const z = new Float32Array(ITEMS);
      // what is hidden may be ever so likely
      const given = logits.map((value, item) => (excluded.includes(item) ? 9000 : value + shift));
      toCommonScale(given, 'logits', Int32Array.from(excluded), z);
      const shown = [...logits.keys()].filter((item) => !excluded.includes(item));
      const sum = shown.reduce((all, item) => all + Math.exp(logits[item] as number), 0);
      const expected = Float32Array.from(logits, (value, item) =>
        excluded.includes(item) ? 0 : Math.sqrt(Math.exp(value) / sum),
      );
      standardise(expected, Int32Array.from(excluded), expected);
      for (const item of shown) expect(z[item]).toBeCloseTo(expected[item] as number, 2);
    }),
  );
});

test('absent parts leave the ranking to the others', () => {
  const into = new Float32Array(2).fill(7);
  fuse([Float32Array.of(1, 2), undefined, Float32Array.of(4, 0)], [0.5, 0.3, 0.25], into);
  expect([...into]).toEqual([1.5, 1]);
  expect(() => fuse([undefined], [], into)).toThrow('0 weights for 1 parts');
});

test('the pool gives the quality of the full ranking where it is deep enough', () => {
  const subject = fc.record({ a: scores, b: scores, excluded: someItems, targets: someItems, hasB: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(subject, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(0, 0.25, 0.5, 1),
      (subjects, weight) => {
        const pool = createValidationPool({ k: 3, depth: ITEMS });
        let [sum, count] = [0, 0];
        for (const { a, b, excluded, targets, hasB } of subjects) {
          const wanted = new Set(targets.filter((item) => !excluded.includes(item)));
          if (wanted.size === 0) continue;
          const parts = [a, hasB ? b : undefined];
          pool.add(parts, new Set(excluded), wanted);
          const fused = new Float32Array(ITEMS);
          fuse(parts, [1 - weight, weight], fused);
          sum += ndcgAt(rankAgainst(fused, new Set(excluded), wanted, 3), wanted, 3);
          count += 1;
        }
        if (count > 0) expect(pool.quality([1 - weight, weight])).toBeCloseTo(sum / count, 9);
      },
    ),
  );
});

test('the search finds the top of a hill, gives nothing to a part that does not help, and is the same each time', () => {
  const top = [0.6, 0.3, 0.1, 0];
  const hill = (weights: readonly number[]) =>
    -weights.reduce((sum, weight, at) => sum + (weight - (top[at] as number)) ** 2, 0);
  const found = fitWeights(4, hill);
  expect(found).toEqual(fitWeights(4, hill));
  found.weights.forEach((weight, at) => expect(Math.abs(weight - (top[at] as number))).toBeLessThan(0.03));
  expect(found.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
  expect(fitWeights(3, ([, b = 0]) => b).weights).toEqual([0, 1, 0]);
});

test('a quality that is no number, as of a pool without anybody, ends the search', () => {
  const { quality } = createValidationPool({ k: 3, depth: ITEMS });
  expect(() => fitWeights(2, quality)).toThrow('a quality of NaN');
});
