import { expect, test } from 'vitest';
import { shareOf } from './share.ts';

const outcomes = (hits: number, n: number) => Array.from({ length: n }, (_, at) => at < hits);

test('a share has the interval that Wilson gives it', () => {
  // Brown, Cai and DasGupta 2001 write it out; figures by hand: 0 of 200 is Z² / (200 + Z²)
  const none = shareOf(outcomes(0, 200));
  expect(none.value).toBe(0);
  expect(none.low).toBeCloseTo(0, 12);
  expect(none.high).toBeCloseTo(3.8415 / 203.8415, 5);
  const half = shareOf(outcomes(50, 100));
  expect([half.low, half.high].map((end) => end.toFixed(4))).toEqual(['0.4038', '0.5962']);
  expect(shareOf(outcomes(200, 200)).high).toBeCloseTo(1, 12);
  expect(() => shareOf([])).toThrow('no draws');
});

test('the interval holds the true share in some 95 of 100 draws of 200', () => {
  const p = 0.05;
  // exact: over all numbers of hits, weighed by their chance
  let [chance, held] = [(1 - p) ** 200, 0];
  for (let hits = 0; hits <= 200; hits += 1) {
    const { low, high } = shareOf(outcomes(hits, 200));
    if (low <= p && p <= high) held += chance;
    chance *= (((200 - hits) / (hits + 1)) * p) / (1 - p);
  }
  expect(held).toBeGreaterThan(0.93);
  expect(held).toBeLessThan(0.985);
});
