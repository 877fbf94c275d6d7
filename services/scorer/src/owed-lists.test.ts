import { expect, test } from 'vitest';
import { homeOf } from './home.fixture.ts';
import { createOwedLists } from './owed-lists.ts';

test('lists are asked for again when there is time, a few at once, oldest first, each once, of partitions that are owned', () => {
  let isTime = false;
  const lost = homeOf({ owed: new Set(['gone']), closed: true });
  const unread = homeOf({ owed: new Set(['early']), learned: false });
  const unfolded = homeOf({ owed: new Set(['behind']), next: 4, end: 5 });
  const own = homeOf({ partition: 1, owed: new Set(['a', 'b', 'c', 'd', 'e']) });
  const other = homeOf({ partition: 2, owed: new Set(['f', 'g', 'h', 'i', 'j']) });
  const asked: string[] = [];
  const owed = createOwedLists({
    isTime: () => isTime,
    homes: () => [lost, unread, unfolded, own, other],
    refresh: ({ partition }, key) => void asked.push(`${partition} ${key}`),
  });
  owed.tick();
  expect(asked).toEqual([]);
  isTime = true;
  owed.tick();
  const first = ['1 a', '1 b', '1 c', '1 d', '1 e', '2 f', '2 g', '2 h'];
  expect(asked).toEqual(first);
  other.owed.add('i'); // it is owed already, and stays where it stood
  owed.tick();
  owed.tick();
  expect(asked).toEqual([...first, '2 i', '2 j']);
  expect([...unread.owed]).toEqual(['early']);
  unfolded.next = 5;
  owed.tick();
  expect(asked.at(-1)).toBe('0 behind');
});
