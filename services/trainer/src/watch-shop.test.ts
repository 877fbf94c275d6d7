import { expect, test } from 'vitest';
import type { CycleNote } from './cycle-notes.ts';
import { dueMode } from './watch-shop.ts';

const MINUTE_MS = 60_000;
const pace = { warmEveryMs: 10 * MINUTE_MS, fullEveryMs: 1440 * MINUTE_MS, firstEvents: 1000, minEvents: 100 };
const note = (minutes: number | null, positions: number): CycleNote => ({
  ...{ jobId: `release-${minutes}`, topicId: 't', positions },
  shopTime: minutes === null ? null : minutes * MINUTE_MS,
});
const due = (minutes: number | null, positions: number, full: CycleNote | null, warm: CycleNote | null = null) =>
  dueMode({ shopTime: minutes === null ? null : minutes * MINUTE_MS, positions }, { full, warm }, pace);

test('the first cycle comes with enough of events, whatever the clock says', () => {
  expect(due(null, 999, null)).toBe(null);
  expect(due(null, 1000, null)).toBe('full');
});

test('later ones come by the shop’s clock, since the one before of either mode, and only where there is something new', () => {
  expect(due(109, 2000, note(100, 1000))).toBe(null);
  expect(due(110, 2000, note(100, 1000))).toBe('warm');
  expect(due(110, 1099, note(100, 1000))).toBe(null);
  expect(due(115, 3000, note(100, 1000), note(110, 2000))).toBe(null);
  expect(due(120, 3000, note(100, 1000), note(110, 2000))).toBe('warm');
  expect(due(1540, 9000, note(100, 1000), note(1535, 8000))).toBe('full');
});

test('a shop whose clock is not known is left to the wall clock; a note without one holds nothing back', () => {
  expect(due(null, 2000, note(100, 1000))).toBe(null);
  expect(due(5, 2000, note(null, 1000))).toBe('full');
});

test('an interval of 0 is none', () => {
  const never = { ...pace, warmEveryMs: 0, fullEveryMs: 0 };
  expect(dueMode({ shopTime: 1e12, positions: 9000 }, { full: note(100, 1000), warm: null }, never)).toBe(null);
});
