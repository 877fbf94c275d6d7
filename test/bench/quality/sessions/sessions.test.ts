import { expect, test } from 'vitest';
import { packSessions, prefixesOf, sessionNumbers, thin } from './data.ts';

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
