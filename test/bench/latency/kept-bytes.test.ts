import { expect, test } from 'vitest';
import { createKeptBytes } from './kept-bytes.ts';

test('what was kept is there again, beyond the end of a chunk too', () => {
  const kept = createKeptBytes();
  const written = Array.from({ length: 5000 }, (_, i) => Buffer.alloc(i % 700, i));
  const places = written.map((bytes) => kept.keep(bytes));
  expect(written.every((bytes, i) => kept.at(places[i] as number, bytes.length).equals(bytes))).toBe(true);
  expect(() => kept.keep(Buffer.alloc(2 ** 20 + 1))).toThrow(RangeError);
});
