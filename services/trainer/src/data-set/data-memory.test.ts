import { expect, test } from 'vitest';
import { checkEvents, EVENT_BYTES, mostEvents, withEvents } from './data-memory.ts';

const GIB = 2 ** 30;

test('more events than memory has room for are refused with both figures and the setting', () => {
  const most = Math.floor(GIB / EVENT_BYTES);
  expect(() => checkEvents(most, GIB)).not.toThrow();
  expect(() => checkEvents(most + 1, GIB)).toThrow(
    `reading ${most + 1} events takes about 1.1 GB (events that it learns from 1.1 GB), 1.1 GB are there: raise TRAINER_MEMORY_GIB`,
  );
});

test('what a full training is planned over leaves as much for its model', () => {
  expect(mostEvents(4 * GIB) * EVENT_BYTES).toBeLessThanOrEqual(2 * GIB);
  expect(mostEvents(4 * GIB)).toBeGreaterThan(10_000_000);
});

test("a model's need has its events beside what it was", () => {
  const need = { what: 'training it', parts: { weights: 5 }, cure: 'less of it' };
  expect(withEvents(need, 1000)).toEqual({
    what: 'training it on 1000 events',
    parts: { weights: 5, 'events that it learns from': 1000 * EVENT_BYTES },
    cure: 'less of it',
  });
});
