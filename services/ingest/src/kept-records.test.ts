import type { LogRecord, PackedRecord } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { createKeptRecords } from './kept-records.ts';

const text = (n: number): string => `record ${n}`;
const inBlock = (n: number, block: Buffer, at: number): PackedRecord => {
  const size = text(n).length;
  return {
    ...{ offset: 3 * n, appendedAt: 1000 + n, key: null, value: null, headers: undefined, block },
    ...{ keyStart: n % 2 === 0 ? -1 : at, keyEnd: at + 1, valueStart: n % 5 === 0 ? -1 : at, valueEnd: at + size },
    ...{ headersStart: -1, headersEnd: -1 },
  };
};
const loose = (n: number): LogRecord => ({
  ...{ offset: 3 * n, appendedAt: 1000 + n, key: null, value: Buffer.from(text(n)), headers: undefined },
});
const wanted = (n: number): LogRecord =>
  n % 7 === 6
    ? loose(n)
    : {
        ...{ offset: 3 * n, appendedAt: 1000 + n, headers: undefined },
        ...{ key: n % 2 === 0 ? null : Buffer.from('r'), value: n % 5 === 0 ? null : Buffer.from(text(n)) },
      };

test('each record is found again where it lies, over blocks of many, of one and of none', () => {
  const kept = createKeptRecords();
  for (let round = 0; round < 2; round += 1) {
    const count = 3000;
    for (let n = 0; n < count; ) {
      const size = n % 3 === 0 ? 200 : 1;
      const block = Buffer.from(Array.from({ length: size }, (_, i) => text(n + i)).join(''));
      for (let at = 0, i = 0; i < size && n < count; i += 1, n += 1) {
        kept.add(n % 7 === 6 ? loose(n) : inBlock(n, block, at));
        at += text(n).length;
      }
    }
    expect(kept.size).toBe(count);
    for (let n = 0; n < count; n += 1) {
      expect(kept.offsetOf(n)).toBe(3 * n);
      expect(kept.at(n)).toEqual(wanted(n));
    }
    kept.clear();
  }
  expect(() => kept.at(0)).toThrow(RangeError);
  expect(() => kept.offsetOf(0)).toThrow(RangeError);
});
