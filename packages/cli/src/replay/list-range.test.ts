import { expect, test } from 'vitest';
import { parseRange } from './list-range.ts';

test('times and offsets name a range whose end is left out', () => {
  expect(parseRange('2026-11-27T10:00:00Z', '2026-11-27T11:00:00Z')).toEqual({
    from: Date.UTC(2026, 10, 27, 10),
    before: Date.UTC(2026, 10, 27, 11),
  });
  expect(parseRange('2026-11-27', undefined)).toEqual({ from: Date.UTC(2026, 10, 27) });
  expect(parseRange('2:100', '2:200')).toEqual({ partition: 2, first: 100, last: 199 });
  expect(parseRange('2:100', undefined)).toEqual({ partition: 2, first: 100 });
});

test.each([
  ['yesterday', undefined, /--from takes an ISO time/],
  ['12', undefined, /--from takes/], // a year would be a range of everything
  ['2:100', '3:200', /of one partition/],
  ['2:100', '2026-11-27', /both times or both offsets/],
  ['2026-11-27', 'now', /--to takes/],
])('a range from %s to %s is refused', (from, to, words) => {
  expect(() => parseRange(from, to)).toThrow(words);
});
