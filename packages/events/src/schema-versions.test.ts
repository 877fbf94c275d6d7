import { schemaText, wireEncode } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { cleanerOf, recordOf, registry, resolvedVersions, schemaIds } from './event.fixture.ts';
import { createSchemaVersions } from './schema-versions.ts';
import { createVerdict } from './verdict.ts';

const record = (id: number) => recordOf(wireEncode(id, Buffer.alloc(0)));

test('the same schema in other words is current, an older one is read, another record is wrong, a denied id unknown', async () => {
  const versions = await resolvedVersions();
  const kinds = Object.values(schemaIds).map((id) => versions.of(id)?.kind);
  expect(kinds).toEqual(['current', 'other', 'wrong', 'unknown']);
  const reworded = JSON.stringify(
    JSON.parse(schemaText('behaviour-event'), (key, value: unknown) => (key === 'doc' ? 'else' : value)),
  );
  await versions.resolve([record(99)], async () => reworded);
  expect(versions.of(99)?.kind).toBe('current');
});

test.each([
  ['no JSON', '{'],
  ['no record', '"string"'],
  ['a time in microseconds', schemaText('behaviour-event').replace('timestamp-millis', 'timestamp-micros')],
  [
    'money of another scale',
    schemaText('behaviour-event')
      .replace('"name": "amount", "type": ["null", {', '"name": "amount", "type": ["null", { "x": 1,')
      .replace('"logicalType": "decimal"', '"logicalType": "fraction"'),
  ],
  [
    'a field of another type',
    schemaText('behaviour-event').replace(
      '"name": "quantity", "type": ["null", "int"]',
      '"name": "quantity", "type": ["null", "string"]',
    ),
  ],
])('%s can not be read as this schema', async (_, text) => {
  const versions = createSchemaVersions('behaviour-event');
  await versions.resolve([record(1)], async () => text);
  expect(versions.of(1)?.kind).toBe('wrong');
});

test('each id is asked once, and not at all for what has no wire header', async () => {
  const versions = createSchemaVersions('behaviour-event');
  const asked: number[] = [];
  const lookup = async (id: number) => {
    asked.push(id);
    return registry(id);
  };
  const batch = [record(7), record(7), record(4), record(7), recordOf(null), recordOf(Buffer.from('x'))];
  expect(versions.idsNotAsked(batch)).toEqual([7, 4]);
  await versions.resolve(batch, lookup);
  await versions.resolve(batch, lookup);
  expect(asked).toEqual([7, 4]);
  expect(versions.idsNotAsked(batch)).toEqual([]);
});

test('a registry that does not answer leaves the id unasked, and what was known stays known', async () => {
  const versions = await resolvedVersions();
  const down = async () => {
    throw new Error('down');
  };
  await expect(versions.resolve([record(70)], down)).rejects.toThrow('down');
  expect(versions.of(70)).toBeUndefined();
  expect(versions.of(schemaIds.current)?.kind).toBe('current');
  expect(() => cleanerOf(versions).judge(record(70), createVerdict())).toThrow(/versions.resolve/);
  await versions.resolve([record(70)], async () => schemaText('behaviour-event'));
  expect(versions.of(70)?.kind).toBe('current');
});

test("garbage that names ever new ids is forgotten, but not what another partition's batch has just named", async () => {
  const versions = createSchemaVersions('behaviour-event');
  const denied = async () => null;
  const flood = (from: number, size: number) => Array.from({ length: size }, (_, n) => record(from + n));
  const mine = flood(1, 10_001);
  await versions.resolve(mine, denied);
  await versions.resolve(flood(100_000, 5_000), denied);
  expect(versions.idsNotAsked(mine)).toEqual([]);
  // named again, so that it lives as long as what is asked now
  await versions.resolve([record(1)], async () => expect.unreachable('asked again'));
  await versions.resolve(flood(200_000, 6_000), denied);
  await versions.resolve(flood(300_000, 1), denied);
  expect([versions.of(1)?.kind, versions.of(2)?.kind, versions.of(200_000)?.kind]).toEqual([
    'unknown',
    undefined,
    'unknown',
  ]);
});
