import { avroType } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { avroColumns, avroContainer, avroLong } from './avro-container.ts';

const schema = JSON.stringify({
  type: 'record',
  name: 'Row',
  fields: [
    { name: 'a', type: 'long' },
    { name: 'b', type: 'string' },
  ],
});

test('a container says how many rows and bytes follow, and passes the datums through uncopied', () => {
  const datums = [Buffer.from('abc'), Buffer.from('de')];
  const parts = avroContainer(schema, 2, datums);
  expect(parts.slice(1)).toEqual([avroLong(2), avroLong(5), ...datums, parts[0]?.subarray(-16)]);
  expect(parts[3]).toBe(datums[0]);
});

test('long integers are written as avsc writes them, up to the last safe one', () => {
  const long = avroType('"long"');
  for (const value of [0, -1, 1, 63, -64, 64, 2 ** 31, 2 ** 52 - 1]) {
    expect(avroLong(value)).toEqual(long.toBuffer(value));
  }
  expect(avroLong(Number.MAX_SAFE_INTEGER)).toEqual(Buffer.from('feffffffffffff1f', 'hex'));
});

test('the column list is the schema’s field names', () => {
  expect(avroColumns(schema)).toBe('`a`, `b`');
});
