import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_ITEM, nextItemTargets } from './events.ts';
import { foldStart, foldWindows } from './fold-windows.ts';
import { sequencesOf } from './patterns.fixture.ts';

test('64 to 127 events are folded, from the start that their number decides', () => {
  for (const [count, start] of [
    [0, 0],
    [1, 0],
    [64, 0],
    [127, 0],
    [128, 64],
    [191, 64],
    [192, 128],
    [10_000, 9920],
  ])
    expect(foldStart(count as number)).toBe(start);
});

test('every target once, from the events that its state is folded from', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 6 }), (given, window) => {
      let next = 0;
      const lists = given.map((size) => Array.from({ length: size }, () => next++));
      const events = sequencesOf(lists);
      const found = foldWindows({ events, targets: nextItemTargets(events) }, window);
      const told = new Map<number, number[]>();
      for (let row = 0; row + 1 < found.events.rowStart.length; row += 1) {
        const start = found.events.rowStart[row] as number;
        for (let at = start; at < (found.events.rowStart[row + 1] as number); at += 1) {
          if (found.targets.weights[at] === 0) continue;
          expect(told.has(found.targets.items[at] as number)).toBe(false);
          told.set(found.targets.items[at] as number, [...found.events.items.subarray(start, at + 1)]);
        }
      }
      const expected = lists.flatMap((list) =>
        list.slice(1).map((target, at) => [target, list.slice(foldStart(at + 1, window), at + 1)] as const),
      );
      expect(told).toEqual(new Map(expected));
      expect(told.has(NO_ITEM)).toBe(false);
    }),
  );
});
