import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatMoney, MAX_UNITS, parseMoney, unitsFromBytes, unitsToBytes } from './money.ts';

const units = fc.bigInt({ min: -MAX_UNITS, max: MAX_UNITS });

test('bytes and text both give back the units that they were made of', () => {
  fc.assert(
    fc.property(units, (u) => {
      expect(unitsFromBytes(unitsToBytes(u))).toBe(u);
      expect(parseMoney(formatMoney(u))).toBe(u);
    }),
  );
});

test("the encoding is the shortest two's complement", () => {
  expect([...unitsToBytes(127n)]).toEqual([0x7f]);
  expect([...unitsToBytes(128n)]).toEqual([0x00, 0x80]);
  expect([...unitsToBytes(-128n)]).toEqual([0x80]);
});

test('a float that is not a plain decimal is refused with the text in the message', () => {
  expect(() => parseMoney('1e5')).toThrow(/1e5/);
  expect(() => parseMoney('1.23456')).toThrow(/1.23456/);
});
