import { expect, test } from 'vitest';
import { hitAt, ndcgAt, rankOf, recallAt, reciprocalRankAt } from './metrics.ts';

const ranked = ['a', 'b', 'c', 'd', 'e'];

test('recall is hits by targets, or by what k allows', () => {
  const targets = new Set(['b', 'e', 'x']);
  expect(recallAt(ranked, targets, 2)).toBeCloseTo(1 / 3, 12);
  expect(recallAt(ranked, targets, 2, 'capped')).toBe(1 / 2);
  expect(recallAt(ranked, targets, 5, 'capped')).toBeCloseTo(2 / 3, 12);
  expect(recallAt(ranked, targets, 50)).toBeCloseTo(2 / 3, 12);
});

test('a hit, and the reciprocal of its rank, count within the first k alone', () => {
  const targets = new Set(['c']);
  expect([hitAt(ranked, targets, 2), hitAt(ranked, targets, 3)]).toEqual([0, 1]);
  expect([reciprocalRankAt(ranked, targets, 2), reciprocalRankAt(ranked, targets, 3)]).toEqual([0, 1 / 3]);
  expect(reciprocalRankAt(ranked, new Set(['c', 'b']), 5)).toBe(1 / 2);
});

test('NDCG by hand: gains at ranks 2 and 4 of two targets', () => {
  const gain = 1 / Math.log2(3) + 1 / Math.log2(5);
  const ideal = 1 + 1 / Math.log2(3);
  expect(ndcgAt(ranked, new Set(['b', 'd']), 5)).toBeCloseTo(gain / ideal, 12);
  expect(ndcgAt(ranked, new Set(['b', 'd']), 3)).toBeCloseTo(1 / Math.log2(3) / ideal, 12);
  expect(ndcgAt(ranked, new Set(['b', 'd']), 1)).toBe(0);
  expect(ndcgAt(['a', 'b'], new Set(['a', 'b', 'c']), 2)).toBe(1);
});

test('nothing to hit is an error, not a zero in a mean', () => {
  for (const metric of [recallAt, hitAt, reciprocalRankAt, ndcgAt]) {
    expect(() => metric(ranked, new Set<string>(), 5)).toThrow(RangeError);
    expect(() => metric(ranked, new Set(['a']), 0)).toThrow(RangeError);
  }
});

test('a rank over the whole catalogue gives ties to the others', () => {
  const scores = [0.5, 0.9, 0.5, 0.1];
  expect([0, 1, 2, 3].map((item) => rankOf(scores, item))).toEqual([3, 1, 3, 4]);
  expect([0, 1].map((item) => rankOf([NaN, 2, 1], item))).toEqual([3, 2]);
  expect(() => rankOf(scores, 4)).toThrow(RangeError);
});
