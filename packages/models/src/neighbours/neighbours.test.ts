import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createScoreSheet } from '../score-sheet.ts';
import type { Sessions } from '../session-index.ts';
import { createRandom } from '../training/random.ts';
import { sessionGraph } from './session-graph.ts';
import { createSessionKnn, type SessionKnnOptions, stanWeights, vsknnWeights } from './session-knn.ts';
import { createUserNeighbours } from './user-neighbours.ts';

const ITEMS = 6;
const packed = (lists: readonly (readonly number[])[]): Sessions => {
  const rowStart = [0];
  for (const list of lists) rowStart.push((rowStart.at(-1) as number) + list.length);
  return {
    rowStart: Int32Array.from(rowStart),
    columns: Int32Array.from(lists.flat()),
    endedAt: Float64Array.from(lists, (_, at) => at),
  };
};

/** The header's formula, session by session, with no index. */
const brute = (lists: readonly (readonly number[])[], options: SessionKnnOptions, query: readonly number[]) => {
  const { k, halfLife, weights } = options;
  const newestFirst = [...new Set([...query].reverse())];
  const fromLast = (item: number) => query.length - 1 - query.lastIndexOf(item);
  const neighbours = lists.flatMap((list, session) => {
    const shared = newestFirst.filter((item) => list.includes(item));
    const [newest] = shared;
    if (newest === undefined) return [];
    const alike = shared.reduce((sum, item) => sum + weights.place(fromLast(item), query.length), 0);
    const sim = alike * weights.norm(query.length, list.length) * 2 ** (-(lists.length - 1 - session) / halfLife);
    return [{ list, session, sim, newest }];
  });
  neighbours.sort((a, b) => b.sim - a.sim || b.session - a.session);
  const scores = new Float64Array(ITEMS);
  for (const { list, sim, newest } of neighbours.slice(0, k))
    list.forEach((item, place) => {
      const near = weights.near(place - list.lastIndexOf(newest));
      scores[item] = (scores[item] as number) + sim * weights.shared(fromLast(newest)) * near;
    });
  return scores;
};

test('V-SKNN and STAN score what their formula gives, one session after another', () => {
  const item = fc.nat(ITEMS - 1);
  const lists = fc.array(fc.array(item, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 9 });
  const queries = fc.array(fc.array(item, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 });
  const weights = fc.constantFrom(vsknnWeights, stanWeights(2, 1.5));
  fc.assert(
    fc.property(lists, queries, weights, fc.integer({ min: 1, max: 4 }), (sessions, asked, kind, k) => {
      const options = { k, sample: 9, halfLife: 3, rarity: 0, weights: kind };
      const knn = createSessionKnn(packed(sessions), ITEMS, options);
      for (const query of asked) {
        const scores = new Float64Array(ITEMS);
        knn.score(
          Int32Array.from(query),
          createScoreSheet((at, value) => void (scores[at] = (scores[at] as number) + value)),
        );
        const expected = brute(sessions, options, query);
        scores.forEach((score, at) => expect(score).toBeCloseTo(expected[at] as number, 9));
      }
    }),
  );
});

test('only the newest sessions are compared, and unknown items are passed over', () => {
  const sessions = packed([[0, 1], ...Array.from({ length: 3 }, () => [0, 2])]);
  const options = { k: 9, sample: 3, halfLife: Infinity, rarity: 1, weights: vsknnWeights };
  const found = new Set<number>();
  createSessionKnn(sessions, ITEMS, options).score(
    Int32Array.of(0, -1),
    createScoreSheet((item) => void found.add(item)),
  );
  expect(found).toEqual(new Set([0, 2]));
});

test('by hand: neighbours within reach, forwards or both ways', () => {
  const rowsOf = (forward: boolean) => {
    const graph = sessionGraph(packed([[0, 1, 2, 0]]), 3, { reach: 2, forward, fade: 1 });
    return [0, 1, 2].map((row) =>
      [...graph.columns.subarray(graph.rowStart[row], graph.rowStart[row + 1])].map((column, at) => [
        column,
        graph.weights[(graph.rowStart[row] as number) + at],
      ]),
    );
  };
  expect(rowsOf(true)).toEqual([
    [
      [1, 1],
      [2, 0.5],
    ],
    [
      [0, 0.5],
      [2, 1],
    ],
    [[0, 1]],
  ]);
  expect(rowsOf(false)).toEqual([
    [
      [1, 1.5],
      [2, 1.5],
    ],
    [
      [0, 1.5],
      [2, 1],
    ],
    [
      [0, 1.5],
      [1, 1],
    ],
  ]);
});

test('users like you: the best cosines of all, without oneself and rows of zeros', () => {
  const random = createRandom(1, 1);
  const [rows, dimensions, k] = [50, 7, 5];
  const latents = new Float32Array(rows * dimensions);
  random.fillNormal(latents);
  latents.fill(0, 3 * dimensions, 4 * dimensions);
  latents.copyWithin(9 * dimensions, 8 * dimensions, 9 * dimensions); // equal rows: the earlier one first
  const rowOf = (row: number) => latents.subarray(row * dimensions, (row + 1) * dimensions);
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
  const cosine = (a: Float32Array, b: Float32Array) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  const neighbours = createUserNeighbours(latents, dimensions);
  for (const self of [0, 8, 20]) {
    const expected = [...Array(rows).keys()]
      .filter((row) => row !== self && row !== 3)
      .map((row) => ({ row, cosine: cosine(rowOf(self), rowOf(row)) }))
      .sort((a, b) => b.cosine - a.cosine || a.row - b.row)
      .slice(0, k);
    const found = neighbours.nearest(rowOf(self), k, self);
    expect([...found.rows]).toEqual(expected.map(({ row }) => row));
    found.cosines.forEach((value, at) => expect(value).toBeCloseTo(expected[at]?.cosine as number, 5));
  }
  expect(neighbours.nearest(rowOf(3), k, 3).rows.length).toBe(0);
  expect(() => neighbours.nearest(new Float32Array(2), k, -1)).toThrow(RangeError);
});
