import { expect, test } from 'vitest';
import { createLastLists } from './last-lists.ts';
import { createListMark, hashText, markItem } from './list-mark.ts';

const markOf = (items: readonly string[]) => {
  const mark = createListMark();
  for (const item of items) markItem(mark, hashText(item));
  return mark;
};
const fifty = (list: number) => Array.from({ length: 50 }, (_, at) => `item ${(list * 31 + at * 7) % 20_000}`);

test('a list is the same with the same items in the same order only', () => {
  const lists = createLastLists();
  const slot = lists.set('anna', markOf(['a', 'b', 'c']), 5, 100);
  expect(lists.same(slot, markOf(['a', 'b', 'c']))).toBe(true);
  for (const other of [['b', 'a', 'c'], ['a', 'b'], ['a', 'b', 'c', 'd'], ['ab', 'c'], []])
    expect(lists.same(slot, markOf(other)), other.join()).toBe(false);
  expect(lists.trigger(slot)).toBe(5);
  expect(lists.expiresAt(slot)).toBe(100);
});

test('thousands of lists keep their slots, and each is found by any item that it shows', () => {
  const lists = createLastLists();
  for (let at = 0; at < 3000; at += 1) expect(lists.set(`user ${at}`, markOf(fifty(at)), at, at)).toBe(at);
  let wrong = 0;
  for (let at = 0; at < 3000; at += 1) {
    const slot = lists.slot(`user ${at}`);
    expect(lists.key(slot)).toBe(`user ${at}`);
    expect(lists.same(slot, markOf(fifty(at)))).toBe(true);
    expect(lists.showsAny(slot, [hashText(fifty(at)[at % 50] as string)])).toBe(true);
    if (lists.showsAny(slot, [hashText('an item that no list shows')])) wrong += 1;
  }
  expect(wrong).toBeLessThan(3000 * 0.05);
  expect(lists.sizeBytes() / 4096).toBe(96);
});

test('a list without items never runs out and is nothing to show', () => {
  const lists = createLastLists();
  const slot = lists.set('anna', markOf(['a']), 5, 100);
  expect(lists.isEmpty(slot)).toBe(false);
  lists.set('anna', markOf([]), 6, 100);
  expect(lists.isEmpty(slot)).toBe(true);
  expect(lists.expiresAt(slot)).toBe(Number.POSITIVE_INFINITY);
  expect(lists.size()).toBe(1);
});
