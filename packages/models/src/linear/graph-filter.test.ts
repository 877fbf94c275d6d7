import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SparseRows } from '../item-graph.ts';
import { gramRows } from './gram-rows.ts';
import { type GraphFilterOptions, graphFilter, graphSpectrum } from './graph-filter.ts';
import { createGraphFilterScorer } from './graph-filter-scorer.ts';
import { keepStrongest } from './keep-strongest.ts';
import { sharpener } from './low-rank.ts';

type Matrix = number[][];
const ITEMS = 6;
const range = Array.from({ length: ITEMS }, (_, i) => i);
const weightOf = (user: number, item: number) => 1 + ((user * 3 + item * 5) % 4) / 2;

const bagsOf = (lists: readonly (readonly number[])[]): SparseRows => {
  const rowStart = [0];
  for (const list of lists) rowStart.push((rowStart.at(-1) as number) + list.length);
  const weights = lists.flatMap((list, user) => list.map((item) => weightOf(user, item)));
  return {
    rowStart: Int32Array.from(rowStart),
    columns: Int32Array.from(lists.flat()),
    weights: Float32Array.from(weights),
  };
};

const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => (b[0] ?? []).map((_, j) => row.reduce((sum, value, k) => sum + value * (b[k]?.[j] as number), 0)));
const plus = (a: Matrix, b: Matrix, factor: number): Matrix =>
  a.map((row, i) => row.map((value, j) => value + factor * (b[i]?.[j] as number)));
const identity: Matrix = range.map((i) => range.map((j) => Number(i === j)));

/** R, R̃ᵀR̃ and D written out; with `smooth` for D^{-1/2}VVᵀD^{1/2}. */
const definition = (
  lists: readonly (readonly number[])[],
  { alpha, sharpening }: { alpha: number; sharpening: number },
) => {
  const r = lists.map((list, user) => range.map((item) => (list.includes(item) ? weightOf(user, item) : 0)));
  const users = r.map((row) => row.reduce((sum, value) => sum + value, 0));
  const items = range.map((item) => r.reduce((sum, row) => sum + (row[item] as number), 0));
  const normal = r.map((row, u) =>
    row.map((v, i) => (v === 0 ? 0 : v / Math.sqrt((users[u] as number) * (items[i] as number)))),
  );
  const p = times(
    range.map((i) => normal.map((row) => row[i] as number)),
    normal,
  );
  const t = sharpening;
  const powers = [identity, p, times(p, p), times(p, times(p, p)), times(times(p, p), times(p, p))] as const;
  const q = [1, -t, t ** 2 / 2, -(t ** 3) / 6, t ** 4 / 24].reduce(
    (sum, factor, at) => plus(sum, powers[at] as Matrix, factor),
    range.map(() => range.map(() => 0)),
  );
  return { items, scores: (smooth: Matrix) => times(times(r, plus(p, smooth, alpha)), q) };
};

const scoresOf = async (lists: readonly (readonly number[])[], rank: number, options: Partial<GraphFilterOptions>) => {
  const bags = bagsOf(lists);
  const spectrum = await graphSpectrum(bags, ITEMS, { rank, seed: 1, threads: 1, iterations: 40 });
  const filter = await graphFilter(spectrum, { alpha: 0.3, sharpening: 0, keep: ITEMS, threads: 1, ...options });
  const scorer = await createGraphFilterScorer(filter, { batch: lists.length + 1, threads: 1 });
  const scores = await scorer.score(bags, Int32Array.from(lists.keys()));
  await scorer.close();
  return lists.map((_, user) => [...scores.subarray(user * ITEMS, (user + 1) * ITEMS)]);
};

const expectClose = (found: Matrix, expected: Matrix) =>
  found.forEach((row, i) =>
    row.forEach((value, j) => expect(Math.abs(value - (expected[i]?.[j] as number))).toBeLessThan(2e-4)),
  );

// each item has a user of its own beside those drawn, so that R has full rank and every two items are connected
const behaviour = fc
  .array(fc.uniqueArray(fc.integer({ min: 0, max: ITEMS - 1 }), { minLength: 1, maxLength: 4 }), { maxLength: 8 })
  .map((lists) => [...lists, [...range], ...range.map((item) => [item])]);

describe('the graph filter', () => {
  // VVᵀ is the identity then, and so is D^{-1/2}VVᵀD^{1/2}
  test.each([0, 1.5, 2.5])('of all singular vectors, sharpened for %d, is its definition', async (sharpening) => {
    await fc.assert(
      fc.asyncProperty(behaviour, async (lists) => {
        const found = await scoresOf(lists, ITEMS, { sharpening });
        expectClose(found, definition(lists, { alpha: 0.3, sharpening }).scores(identity));
      }),
      { numRuns: 15 },
    );
  });

  test('of one singular vector is smooth by popularity', async () => {
    // the largest singular value of a connected R̃ is 1, its vector D^{1/2}·1
    await fc.assert(
      fc.asyncProperty(behaviour, async (lists) => {
        const { items, scores } = definition(lists, { alpha: 0.3, sharpening: 0 });
        const total = items.reduce((sum, value) => sum + value, 0);
        expectClose(await scoresOf(lists, 1, {}), scores(range.map(() => items.map((value) => value / total))));
      }),
      { numRuns: 15 },
    );
  });

  test('sharpened by little of its spectrum, is close to the definition', async () => {
    const lists = [[0, 1, 2], [0, 1], [1, 2, 3], [3, 4, 5], [4, 5], [0, 5], [...range], ...range.map((item) => [item])];
    const whole = await scoresOf(lists, ITEMS, { sharpening: 1, alpha: 0 });
    const part = await scoresOf(lists, 3, { sharpening: 1, alpha: 0 });
    const unsharpened = await scoresOf(lists, 3, { sharpening: 0, alpha: 0 });
    const distance = (a: Matrix, b: Matrix) =>
      Math.hypot(...a.flatMap((row, i) => row.map((value, j) => value - (b[i]?.[j] as number))));
    expect(distance(part, whole)).toBeLessThan(0.2 * distance(unsharpened, whole));
  });

  test('a weight of 0 is refused, since it is no behaviour', async () => {
    const bags = { rowStart: Int32Array.of(0, 1), columns: Int32Array.of(0), weights: Float32Array.of(0) };
    await expect(graphSpectrum(bags, 1, { rank: 1, seed: 1, threads: 1 })).rejects.toThrow('user 0 has item 0');
  });
});

test('Gram rows are the products of columns, and the strongest are kept', () => {
  fc.assert(
    fc.property(behaviour, fc.integer({ min: 1, max: 4 }), (lists, keep) => {
      const gram = gramRows(bagsOf(lists), ITEMS);
      const few = keepStrongest(gram, keep);
      for (const i of range) {
        const entries = (rows: SparseRows) =>
          [...rows.columns.subarray(rows.rowStart[i], rows.rowStart[i + 1])].map(
            (j, at) => [j, rows.weights[(rows.rowStart[i] as number) + at] as number] as const,
          );
        const expected = range
          .map((j) => {
            const both = lists.flatMap((list, user) =>
              list.includes(i) && list.includes(j) ? [weightOf(user, i) * weightOf(user, j)] : [],
            );
            return [j, both.reduce((sum, value) => sum + value, 0)] as const;
          })
          .filter(([, value]) => value > 0);
        expect(entries(gram)).toEqual(expected);
        const strength = expected.map(([, value]) => value).sort((a, b) => b - a);
        expect(
          entries(few)
            .map(([, value]) => value)
            .sort((a, b) => b - a),
        ).toEqual(strength.slice(0, keep));
      }
    }),
  );
});

test('the sharpener is the start of the series of e^−x', () => {
  expect(sharpener(0.2)(0.5)).toBeCloseTo(Math.exp(-0.1), 6);
  expect(sharpener(2.5)(1)).toBeCloseTo(1 - 2.5 + 3.125 - 2.604_166_7 + 1.627_604_2, 6);
});
