import { avroType } from '@nextcart/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRowBuffer, MAX_LONG_BYTES } from './row-buffer.ts';

const long = avroType('"long"');

test('a number is encoded as avsc does, over the whole range of safe integers', () => {
  const edges = [0, -1, 1, 63, 64, -64, -65, 2 ** 30, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 40, 2 ** 52 - 1, -(2 ** 52)];
  const numbers = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }));
  const rows = createRowBuffer();
  fc.assert(
    fc.property(numbers, (value) => {
      rows.clear();
      rows.reserve(MAX_LONG_BYTES);
      rows.long(value);
      rows.endRow();
      expect(Buffer.from(rows.slice(0, 1))).toEqual(long.toBuffer(value));
    }),
    { numRuns: 2000 },
  );
});

test('rows keep their bytes while the buffer grows, and an unfinished one is dropped', () => {
  const rows = createRowBuffer();
  const texts = Array.from({ length: 3000 }, (_, i) => `${i}-${'ä'.repeat(i % 700)}`);
  for (const text of texts) {
    rows.text(text);
    rows.endRow();
  }
  rows.text('never finished');
  rows.rewind();
  const read = texts.map((_, i) => avroType('"string"').fromBuffer(Buffer.from(rows.slice(i, i + 1))));
  expect(read).toEqual(texts);
  expect(rows.rows).toBe(3000);
});
