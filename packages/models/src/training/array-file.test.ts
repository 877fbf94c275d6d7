import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ArrayFormat, decodeArrays, decodeWholeArrays, encodeArrays, type NumberArray } from './array-file.ts';

const FORMAT: ArrayFormat = { name: 'example', magic: 'NCEX', version: 3 };

const array: fc.Arbitrary<NumberArray> = fc.oneof(
  fc.float32Array(),
  fc.float64Array(),
  fc.int32Array(),
  fc.uint8Array(),
);

test('every kind of array and length comes back bit for bit, the facts beside them too', () =>
  fc.assert(
    fc.property(fc.dictionary(fc.string(), array, { noNullPrototype: true }), fc.string(), (arrays, text) => {
      const found = decodeArrays(FORMAT, encodeArrays(FORMAT, { about: { text }, arrays }));
      expect(found.about).toEqual({ text });
      expect(Object.keys(found.arrays)).toEqual(Object.keys(arrays));
      for (const [name, values] of Object.entries(arrays)) {
        const back = found.arrays[name] as NumberArray;
        expect(back.constructor).toBe(values.constructor);
        expect(
          Buffer.from(back.buffer, 0, back.byteLength).equals(
            Buffer.from(values.buffer, values.byteOffset, values.byteLength),
          ),
        ).toBe(true);
      }
    }),
  ));

test('a part of a larger buffer is written alone', () => {
  const part = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
  const bytes = encodeArrays(FORMAT, { about: {}, arrays: { part } });
  const inside = new Uint8Array(bytes.length + 5);
  inside.set(bytes, 5);
  expect([...(decodeArrays(FORMAT, inside.subarray(5)).arrays['part'] as Float32Array)]).toEqual([2, 3]);
});

test('bytes that are whole become the arrays where they are aligned, and are copied where they are not', () => {
  const arrays = { bytes: Uint8Array.of(1, 2, 3), wide: Float64Array.of(0.5, 7), empty: new Int32Array(0) };
  const bytes = encodeArrays(FORMAT, { about: { text: 'x' }, arrays });
  for (const start of [0, 8, 5]) {
    const inside = new Uint8Array(bytes.length + 8);
    inside.set(bytes, start);
    const found = decodeWholeArrays(FORMAT, inside.subarray(start, start + bytes.length));
    expect(found).toEqual({ about: { text: 'x' }, arrays });
    expect(found.arrays['wide']?.buffer === inside.buffer).toBe(start !== 5);
  }
});

test('an array among the facts is refused: it would not come back', () => {
  const about = { shape: { sizes: Float32Array.of(1) } };
  expect(() => encodeArrays(FORMAT, { about, arrays: {} })).toThrow('sizes is an array');
});

test('other kinds, other versions, cut and damaged bytes say so', () => {
  const bytes = encodeArrays(FORMAT, { about: {}, arrays: { a: Int32Array.of(1, 2) } });
  expect(() => decodeArrays({ ...FORMAT, magic: 'NCEY' }, bytes)).toThrow('no example');
  expect(() => decodeArrays({ ...FORMAT, version: 4 }, bytes)).toThrow('example of version 3, this code reads 4');
  expect(() => decodeArrays(FORMAT, bytes.subarray(0, -1))).toThrow('the example is damaged');
  expect(() => decodeArrays(FORMAT, bytes.subarray(0, 20))).toThrow('no example');
});
