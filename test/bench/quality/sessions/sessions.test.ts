import { expect, test } from 'vitest';
import type { QualityContext } from '../quality-bench.ts';
import { packSessions, prefixesOf, sessionNumbers, thin } from './data.ts';
import { edlaeSessions } from './edlae.ts';

test('every prefix of a session, without items that are not known', () => {
  const prefixes = prefixesOf([Int32Array.of(1, 9, 2, 2), Int32Array.of(9, 3)], (item) => item !== 9);
  expect(prefixes.map(({ query, target, session }) => [...query, -1, target, session])).toEqual([
    [1, -1, 2, 0],
    [1, 2, -1, 2, 0],
  ]);
  expect(thin([0, 1, 2, 3, 4, 5], 3)).toEqual([0, 2, 4]);
  expect([...packSessions([Int32Array.of(4, 5), Int32Array.of(6)]).rowStart]).toEqual([0, 2, 3]);
});

test('the test file’s prefixes of one session are one session, of two alike are two', () => {
  const pairs = [
    ['a b', 'c'],
    ['a', 'b'],
    ['a', 'b'],
    ['b', 'b'],
    ['b b', 'b'],
    ['b', 'b'],
  ] as const;
  expect([...sessionNumbers(pairs)]).toEqual([0, 0, 1, 2, 3, 3]);
});

test('EDLAE over sessions chooses by validation, and an item that it was not fitted on has no scores', async () => {
  const context: QualityContext = {
    ...{ dataFolder: '', quick: false, seed: 1, threads: 1 },
    signal: new AbortController().signal,
    log: () => undefined,
    progress: () => ({ at: () => undefined, done: () => undefined }),
  };
  const pairs = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? Int32Array.of(0, 1) : Int32Array.of(2, 3)));
  const fit = { items: 5, sessions: [...pairs, Int32Array.of(4, 0)] };
  const grid = { lambda: [1, 50], dropout: [0.33], fade: [1, 0.1], keep: [4, 1], items: 4, searchItems: 4 };
  // the newest click decides: a session that went from 0 to 2 goes on to 3
  const validation = [{ query: Int32Array.of(0, 0, 2), target: 3, session: 0 }];
  const { choice, part } = await edlaeSessions(grid).choose({ fit, validation }, context);
  expect(choice.tried).toHaveLength(2 + 2 + 2);
  expect(choice.chosen).toMatch(/^4 items, lambda \d+, p 0.33, fade 0.1, /);
  const scores = (await part.score([Int32Array.of(0, 0, 2), Int32Array.of(4)])).slice();
  expect(scores[3]).toBeGreaterThan(scores[1] as number);
  expect([...scores.subarray(5, 10)]).toEqual([0, 0, 0, 0, 0]);
});
