import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WIRE_HEADER_BYTES, wireEncode, wireSchemaId } from './wire.ts';

test('a value begins with a zero and the schema id, as Confluent writes it, and gives the id back', () => {
  expect([...wireEncode(0x01020304, Buffer.of(9, 8))]).toEqual([0, 1, 2, 3, 4, 9, 8]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.uint8Array(), (id, datum) => {
      const value = wireEncode(id, datum);
      expect(wireSchemaId(value)).toBe(id);
      expect(new Uint8Array(value.subarray(WIRE_HEADER_BYTES))).toEqual(datum);
    }),
  );
});

test('what does not begin like that has no schema id', () => {
  for (const bytes of [[], [0, 0, 0, 1], [1, 0, 0, 0, 1], [0x7b, 0x22, 0x61, 0x22, 0x3a]])
    expect(wireSchemaId(Uint8Array.from(bytes))).toBe(-1);
});
