import { expect, test } from 'vitest';
import { NOON, recordOf } from './event.fixture.ts';
import { createRecordOrigin, INVALID_SOURCE } from './record-origin.ts';
import { createWatermarks, MAX_SOURCES } from './watermarks.ts';

test('each source has its own watermark, which never falls', () => {
  const marks = createWatermarks();
  expect(marks.of('a')).toBe(Number.NEGATIVE_INFINITY);
  marks.advance('a', 5);
  marks.advance('a', 3);
  marks.advance('b', 1);
  expect(marks.toJSON()).toEqual({ a: 5, b: 1 });
});

test('beyond 16 sources the one furthest behind goes, in a restored set the same one', () => {
  const marks = createWatermarks();
  for (let n = 0; n < MAX_SOURCES; n += 1) marks.advance(`s${n}`, 100 + ((n * 7) % MAX_SOURCES));
  const restored = createWatermarks();
  restored.restore(JSON.parse(JSON.stringify(marks.toJSON())) as Record<string, number>);
  for (const set of [marks, restored]) set.advance('new', 200);
  expect(restored.toJSON()).toEqual(marks.toJSON());
  expect(Object.keys(marks.toJSON())).toHaveLength(MAX_SOURCES);
  expect(marks.of('s0')).toBe(Number.NEGATIVE_INFINITY);
});

test('16 sources of the longest and most awkward names fit into the metadata of an offset', () => {
  const origin = createRecordOrigin();
  const marks = createWatermarks();
  for (let n = 0; n < 20; n += 1) {
    const header = Buffer.from(`${'"\\'.repeat(31)}${String.fromCharCode(0x61 + n)}`);
    origin.read(recordOf(null, { headers: { 'nextcart-source': header } }));
    marks.advance(origin.source, NOON);
  }
  expect(Buffer.byteLength(JSON.stringify(marks.toJSON()))).toBeLessThan(3_000);
});

test.each([
  ['no header', undefined, 'live'],
  ['a name', Buffer.from('import é'), 'import é'],
  ['an empty name', Buffer.alloc(0), INVALID_SOURCE],
  ['65 bytes', Buffer.alloc(65, 0x61), INVALID_SOURCE],
  ['no UTF-8', Buffer.of(0xff), INVALID_SOURCE],
  ['control characters, which JSON makes six times as long', Buffer.alloc(64, 1), INVALID_SOURCE],
])('source by header: %s', (_, header, source) => {
  const record = recordOf(null, { headers: header === undefined ? {} : { 'nextcart-source': header } });
  const origin = createRecordOrigin();
  for (let i = 0; i < 2; i += 1) {
    origin.read(record);
    expect(origin.source).toBe(source);
  }
});

test.each([
  ['1772366400000', 1_772_366_400_000],
  ['', NOON],
  ['12e5', NOON],
  ['1772366400000000', NOON],
  ['5', NOON],
])("the shop's clock by its header '%s'", (text, clock) => {
  const origin = createRecordOrigin();
  origin.read(recordOf(null, { headers: { 'nextcart-clock': Buffer.from(text) } }));
  expect(origin.shopClock).toBe(clock);
});
