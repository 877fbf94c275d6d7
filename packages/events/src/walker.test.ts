import { avroType, type BehaviourEvent, behaviourEventCodec, createCodec, schemaText } from '@nextcart/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyEvent, eventOf, olderSchemaText } from './event.fixture.ts';
import { createEventView } from './event-view.ts';
import { defaultLimits } from './limits.ts';
import { mutate, seededRandom } from './mutate.fixture.ts';
import { createReference } from './reference.fixture.ts';
import { createDatumView, createWalker } from './walker.ts';

const newest = schemaText('behaviour-event');
const codec = behaviourEventCodec();
const walker = createWalker(newest);
const view = createEventView();

const reference = createReference<BehaviourEvent>(newest);

describe('against avsc', () => {
  test('what avsc writes is accepted, and every field reads the same', () => {
    fc.assert(
      fc.property(anyEvent, fc.nat(9), (event, before) => {
        const datum = codec.encode(event);
        const bytes = Buffer.concat([Buffer.alloc(before, 0xff), datum, Buffer.alloc(3, 0xff)]);
        expect(walker.walk(bytes, before, before + datum.length, view.datum)).toBe(true);
        expect(view.toEvent()).toEqual(codec.decode(datum));
        for (const [name, value] of Object.entries(event.properties)) expect(view.property(name)).toBe(value);
      }),
      { numRuns: 500 },
    );
  });

  test('a datum of an older schema is accepted, and its bytes lie where its own fields say', () => {
    const older = createCodec<Record<string, unknown>>(olderSchemaText());
    const old = createWalker(olderSchemaText());
    const datum = createDatumView(old.fields.length);
    fc.assert(
      fc.property(anyEvent, ({ properties: _p, recommId: _r, ...event }) => {
        const bytes = older.encode(event);
        expect(old.walk(bytes, 0, bytes.length, datum)).toBe(true);
        for (const name of ['visitorId', 'itemId', 'query', 'currency'] as const) {
          const at = old.field(name);
          const start = datum.starts[at] as number;
          expect(start < 0 ? null : bytes.toString('utf8', start, datum.ends[at])).toBe(event[name]);
        }
        expect(datum.numbers[old.field('eventTime')]).toBe(event.eventTime);
      }),
    );
  });

  test('of mutated bytes, those that avsc refuses are refused', () => {
    const random = seededRandom(20_260_301);
    let refused = 0;
    for (const event of fc.sample(anyEvent, { numRuns: 250, seed: 1 })) {
      const datum = codec.encode(event);
      for (let i = 0; i < 40; i += 1) {
        const bytes = mutate(datum, random);
        if (reference(bytes) !== undefined) continue;
        refused += 1;
        expect(walker.walk(bytes, 0, bytes.length, view.datum), bytes.toString('hex')).toBe(false);
        expect(walker.fault).not.toBe('');
      }
    }
    expect(refused).toBeGreaterThan(2_500);
  });

  test('of mutated bytes, those that avsc reads and writes the same again are accepted, but for bad UUIDs and long currencies', () => {
    const random = seededRandom(7);
    let accepted = 0;
    for (const event of fc.sample(anyEvent, { numRuns: 250, seed: 2 })) {
      const datum = codec.encode(event);
      for (let i = 0; i < 40; i += 1) {
        const bytes = mutate(datum, random);
        const read = reference(bytes);
        if (read === undefined || !read.exact) continue;
        const decoded = read.value;
        const isUuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(decoded.eventId);
        if (isUuid && Buffer.byteLength(decoded.currency ?? '') > 32) continue; // beyond its limit
        expect(walker.walk(bytes, 0, bytes.length, view.datum), bytes.toString('hex')).toBe(isUuid);
        if (!isUuid) {
          expect([walker.fault, walker.path]).toEqual(['bad_event_id', 'eventId']);
          continue;
        }
        accepted += 1;
        expect(view.toEvent()).toEqual(decoded);
      }
    }
    expect(accepted).toBeGreaterThan(250);
  });
});

describe('stricter than avsc', () => {
  const faultOf = (type: unknown, hex: string, limits = defaultLimits) => {
    const one = createWalker(JSON.stringify({ type: 'record', name: 'R', fields: [{ name: 'f', type }] }), limits);
    const bytes = Buffer.from(hex, 'hex');
    return one.walk(bytes, 0, bytes.length, createDatumView(1)) ? '' : `${one.fault} ${one.path}`.trim();
  };

  test.each([
    ['an int beyond 32 bits', 'int', '8080808010', 'bad_datum f'],
    ['the largest int', 'int', 'feffffff0f', ''],
    ['a boolean of 2', 'boolean', '02', 'bad_datum f'],
    ['a varint of ten bytes', 'long', '80808080808080808000', ''],
    ['a varint of eleven bytes', 'long', '8080808080808080808000', 'bad_datum f'],
    ['a long at the edge of the safe integers', 'long', 'fcffffffffffff1f', ''],
    ['a long beyond it', 'long', 'feffffffffffff1f', 'bad_datum f'],
    ['a text that is not UTF-8', 'string', '02c3', 'bad_utf8 f'],
    ['an overlong form', 'string', '04c080', 'bad_utf8 f'],
    ['a surrogate', 'string', '06eda080', 'bad_utf8 f'],
    ['a code point above U+10FFFF', 'string', '08f4908080', 'bad_utf8 f'],
    ['a text of negative length', 'string', '01', 'bad_datum f'],
    ['a text that ends after the bytes', 'string', '0461', 'bad_datum f'],
    ['a block with its right size', { type: 'array', items: 'int' }, '0304020400', ''],
    ['a block with a wrong size', { type: 'array', items: 'int' }, '0302020400', 'bad_datum f'],
    ['more entries than bytes', { type: 'array', items: 'null' }, 'feffffffff1f00', 'bad_datum f'],
    ['an enum index that is none', { type: 'enum', name: 'E', symbols: ['a', 'b'] }, '04', 'bad_datum f'],
    ['a union branch that is none', ['null', 'int'], '04', 'bad_datum f'],
    ['a negative union branch', ['null', 'int'], '01', 'bad_datum f'],
    ['no bytes at all', 'int', '', 'bad_datum f'],
    ['bytes left over', 'int', '0202', 'bad_datum'],
  ])('%s', (_, type, hex, fault) => {
    expect(faultOf(type, hex)).toBe(fault);
  });

  test('lengths are held to the limit of their path, nested paths with dots', () => {
    const inner = { type: 'record', name: 'In', fields: [{ name: 'g', type: ['null', 'string'] }] };
    const limits = { textBytes: 100, byPath: { 'f.g': 2 } };
    expect(faultOf(inner, '0204616a', limits)).toBe('');
    expect(faultOf(inner, '0206616a61', limits)).toBe('too_large f.g');
  });

  test('a schema that names itself is followed 32 levels deep and no further', () => {
    const list = { type: 'record', name: 'L', fields: [{ name: 'next', type: ['null', 'L'] }] };
    expect(faultOf(list, `${'02'.repeat(31)}00`)).toBe('');
    expect(faultOf(list, `${'02'.repeat(40)}00`)).toMatch(/^bad_datum f\.next/);
  });
});

test('bytes beyond the end are never read, whatever lies there', () => {
  const datum = codec.encode(eventOf({ properties: { a: 'b' } }));
  const longer = Buffer.concat([datum, datum]);
  for (let end = 0; end < datum.length; end += 1) expect(walker.walk(longer, 0, end, view.datum)).toBe(false);
  expect(walker.walk(longer, 0, datum.length, view.datum)).toBe(true);
});

test('a property that comes twice has its last value, in blocks with and without sizes', () => {
  const whole = codec.encode(eventOf());
  const entry = Buffer.from([2, 0x6b, 2, 0x31]);
  const again = Buffer.from([2, 0x6b, 2, 0x32]);
  const map = Buffer.concat([Buffer.from([2]), entry, Buffer.from([1, 8]), again, Buffer.from([0])]);
  const bytes = Buffer.concat([whole.subarray(0, -1), map]);
  expect(walker.walk(bytes, 0, bytes.length, view.datum)).toBe(true);
  expect(view.property('k')).toBe('2');
  expect(view.properties()).toEqual({ k: '2' });
  expect((avroType(newest).fromBuffer(bytes) as { properties: object }).properties).toEqual({ k: '2' });
});

test("texts are those of the last walk, not an earlier one's", () => {
  for (const visitorId of ['first', 'second', null]) {
    const bytes = codec.encode(eventOf({ visitorId }));
    walker.walk(bytes, 0, bytes.length, view.datum);
    expect(view.visitorId).toBe(visitorId);
  }
});

test('a schema that is no record is refused when it is compiled', () => {
  expect(() => createWalker('"string"')).toThrow(RangeError);
  expect(() => createWalker('{"type":"record","name":"R","fields":[{"name":"f","type":"nosuch"}]}')).toThrow(/nosuch/);
  expect(() => walker.field('nosuch')).toThrow(/nosuch/);
});
