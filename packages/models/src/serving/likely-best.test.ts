import { expect, test } from 'vitest';
import { createFindLikely } from './likely-best.ts';
import { BLOCK } from './top-items-program.ts';

/** Two blocks of which the graph brings one, the other for the second row; scores can be off by 10 of their steps. */
const query = { scale: 1, length: 1, error: 0 };
const items = {
  order: Int32Array.from({ length: 2 * BLOCK }, (_, place) => place),
  steps: new Int8Array(0),
  scales: Float64Array.of(1, 1),
  lengths: Float64Array.of(1, 1),
  errors: Float64Array.of(10, 10),
};
const whole = {
  count: 1,
  highest: Int32Array.of(100, 50, 95, 100),
  best: Int32Array.of(0, 1),
  products: Int32Array.from({ length: 2 * BLOCK }, (_, at) => (at % BLOCK === 5 ? 100 : at % BLOCK)),
};
const into = new Int32Array(2 * BLOCK);
const find = createFindLikely(items, whole, 1);
const found = (row: number): number[] => [...into.subarray(0, find(row, query, into))];

test('of a block that is brought those are likely that may be among the best; of one that can reach none nobody is', () => {
  expect(found(0)).toEqual([5]);
});

test('of a block that may reach up and is not brought all are likely, also where it was brought for the row before', () => {
  found(0);
  const first = Array.from({ length: BLOCK }, (_, place) => place);
  expect(found(1)).toEqual([BLOCK + 5, ...first]);
});
