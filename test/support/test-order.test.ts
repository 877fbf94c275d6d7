import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '@nextcart/local';
import { expect, test } from 'vitest';
import { inTurn, LONGEST } from './test-order.ts';

const filesOf = (...names: string[]) => names.map((moduleId) => ({ moduleId }));
const named = (waiting: string[], computing: string[]) =>
  inTurn(filesOf(...waiting), filesOf(...computing)).map(({ moduleId }) => moduleId);

const [kills, retail, outages, small] = LONGEST as [string, string, string, string];

test('two files that wait come first, then what computes longest, and other files that wait among the rest', () => {
  expect(named(['w1', outages, 'w2', kills, retail], ['c1', 'c2', small, 'c3', 'c4', 'c5', 'c6'])).toEqual([
    ...[kills, retail, small],
    ...[outages, 'c1', 'c2'],
    ...['w1', 'c3', 'c4'],
    ...['w2', 'c5', 'c6'],
  ]);
});

test.each([
  [0, 0],
  [0, 5],
  [1, 3],
  [2, 0],
  [3, 0],
  [5, 3],
  [4, 7],
  [7, 260],
])('of %i that wait and %i that compute each is run, once', (some, others) => {
  const waiting = Array.from({ length: some }, (_, at) => (at === 0 ? kills : `w${at}`));
  const computing = Array.from({ length: others }, (_, at) => (at === 1 ? small : `c${at}`));
  expect(named(waiting, computing).toSorted()).toEqual([...waiting, ...computing].toSorted());
});

test('the longest files are there under these names', () => {
  expect(LONGEST.filter((name) => !existsSync(join(repoRoot, name)))).toEqual([]);
});
