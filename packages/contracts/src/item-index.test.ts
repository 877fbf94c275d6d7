import { expect, test } from 'vitest';
import { createItemIndex } from './item-index.ts';

test('ids are numbered in the order of their first sight, each once', () => {
  const index = createItemIndex();
  expect(['b', 'a', 'b', '', '__proto__'].map((id) => index.add(id))).toEqual([0, 1, 0, 2, 3]);
  expect(index.size).toBe(4);
  expect([0, 1, 2, 3].map((at) => index.id(at))).toEqual(['b', 'a', '', '__proto__']);
  expect([index.get('a'), index.get('c')]).toEqual([1, -1]);
});

test('a number that no item has is an error that says how many there are', () => {
  const index = createItemIndex();
  index.add('a');
  for (const at of [1, -1, 0.5]) expect(() => index.id(at)).toThrow(/1 are known/);
});
