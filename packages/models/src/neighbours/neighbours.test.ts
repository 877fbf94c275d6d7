import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createScoreSheet } from '../score-sheet.ts';
import type { Sessions } from '../session-index.ts';
import { sessionGraph } from './session-graph.ts';
import { createSessionKnn, type SessionKnnOptions, stanWeights, vsknnWeights } from './session-knn.ts';

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
