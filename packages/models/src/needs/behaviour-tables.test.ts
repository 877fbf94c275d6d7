import { expect, test } from 'vitest';
import { correlationTable, distributionTable } from './behaviour-tables.ts';

test('distributions: quantiles in a line between neighbours, zeros and what is missing told apart', () => {
  const [spend, nothing] = distributionTable([
    { name: 'spend', values: [4, 0, NaN, 1, 0, 3] },
    { name: 'nothing', values: [NaN, NaN] },
  ]);
  expect(spend).toEqual({
    name: 'spend',
    n: 5,
    missing: 1,
    mean: 1.6,
    standardDeviation: Math.sqrt((1.6 ** 2 * 2 + 0.6 ** 2 + 1.4 ** 2 + 2.4 ** 2) / 4),
    least: 0,
    p5: 0,
    p25: 0,
    median: 1,
    p75: 3,
    p95: 3.8,
    most: 4,
    zeros: 0.4,
  });
  expect(nothing).toMatchObject({ n: 0, missing: 2, mean: NaN, median: NaN });
});

test('correlations: every pair once, the strongest first, those of which nothing is known left out', () => {
  const table = correlationTable([
    { name: 'views', values: [1, 2, 3, 4, 5, 6] },
    { name: 'carts', values: [1, 3, 2, 4, 6, 5] },
    { name: 'returns', values: [6, 5, 4, 3, 2, 1] },
    { name: 'always', values: [2, 2, 2, 2, 2, 2] },
  ]);
  expect(table.map(({ a, b, n }) => [a, b, n])).toEqual([
    ['views', 'returns', 6],
    ['views', 'carts', 6],
    ['carts', 'returns', 6],
  ]);
  expect(table[0]?.rho).toBe(-1);
});
