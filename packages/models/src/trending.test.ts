import { expect, test } from 'vitest';
import { blendTrending } from './trending.ts';

test('each half-life counts by its weight, whatever its scale; a silent one counts nothing', () => {
  const scores = Float32Array.of(10, 5, 0, 0, 100, 200, 0, 0, 0);
  expect([...blendTrending(scores, 3, [1, 3, 5])]).toEqual([1 / 4, (0.5 + 3 * 0.5) / 4, 3 / 4]);
});

test('no scores at all are zeros, and rows without a weight or without scores are left out', () => {
  expect([...blendTrending(new Float32Array(4), 2, [1, 1])]).toEqual([0, 0]);
  expect([...blendTrending(Float32Array.of(1, 2), 2, [1, 1, 1])]).toEqual([0.5, 1]);
  expect(blendTrending(new Float32Array(0), 0, [1])).toHaveLength(0);
});
