import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pairGraph } from './pair-graph.ts';
import { toSequences } from './sequences.ts';

const DAY = 86_400_000;
const options = { reach: 3, weight: (distance: number) => 1 / distance, halfLifeMs: 7 * DAY, top: 50 };
const row = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 40 * DAY })), {
  maxLength: 9,
});

/** Every pair of every row, looked at one by one. */
const bruteForce = (rows: readonly { items: string[]; times: number[] }[]): Map<string, number> => {
  const newest = Math.max(...rows.flatMap((r) => r.times));
  const sums = new Map<string, number>();
  for (const { items, times } of rows)
    for (const [i, a] of items.entries())
      for (const [j, b] of items.entries()) {
        const distance = Math.abs(i - j);
        if (a === b || distance === 0 || distance > 3) continue;
        const age = newest - (times[Math.max(i, j)] as number);
        sums.set(`${a}>${b}`, (sums.get(`${a}>${b}`) ?? 0) + (1 / distance) * 0.5 ** (age / (7 * DAY)));
      }
  return sums;
};

test('co-visits equal a count of all pairs one by one', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), (cells) => {
      const rows = cells.map((r) => {
        const sorted = r.toSorted((x, y) => x[1] - y[1]);
        return { items: sorted.map(([item]) => item), times: sorted.map(([, time]) => time) };
      });
      const graph = pairGraph(toSequences(rows), options);
      const found = new Map<string, number>();
      for (const [i, item] of graph.items.entries())
        for (let c = graph.rowStart[i] as number; c < (graph.rowStart[i + 1] as number); c += 1)
          found.set(`${item}>${graph.items[graph.columns[c] as number]}`, graph.weights[c] as number);
      const expected = bruteForce(rows);
      expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [pair, weight] of expected) expect(found.get(pair)).toBeCloseTo(weight, 4);
    }),
  );
});

test('neighbours come heaviest first, and a tie goes to the smaller id', () => {
  const graph = pairGraph(toSequences([{ items: ['c', 'b', 'a'], times: [0, 0, 0] }]), {
    ...options,
    weight: () => 1,
    top: 1,
  });
  expect([...graph.columns].map((c) => graph.items[c])).toEqual(['b', 'a', 'a']);
});
