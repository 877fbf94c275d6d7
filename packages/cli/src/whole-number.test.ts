import { expect, test } from 'vitest';
import { wholeNumber } from './whole-number.ts';

test('what is no whole number, or too small, is refused by the name of its option', () => {
  expect([wholeNumber('--top')('10'), wholeNumber('--seed', 0)('0')]).toEqual([10, 0]);
  for (const text of ['abc', '', ' ', '2.5', '0', '-3', '1e30'])
    expect(() => wholeNumber('--top')(text), text).toThrow(/^--top takes a whole number from 1 on, not '/);
});
