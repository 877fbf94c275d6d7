/** The closed list of reasons: a record for each, and the field that is named. */
import {
  behaviourEventCodec,
  eventTypes,
  MAX_UNITS,
  type ReasonCode,
  reasonCodes,
  wireEncode,
} from '@nextcart/contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { FUTURE_ALLOWANCE_MS } from './cleaner.ts';
import { cleanerOf, eventOf, NOON, recordOf, recordOfEvent, resolvedVersions, schemaIds } from './event.fixture.ts';
import { MAX_VALUE_BYTES } from './limits.ts';
import { MAX_TIME, MIN_TIME } from './record-origin.ts';
import type { SchemaVersions } from './schema-versions.ts';
import { createVerdict } from './verdict.ts';

let versions: SchemaVersions;
beforeAll(async () => {
  versions = await resolvedVersions();
});

const datum = behaviourEventCodec().encode(eventOf());
const spoilt = (change: (bytes: Buffer) => void) => {
  const bytes = Buffer.from(datum);
  change(bytes);
  return recordOf(wireEncode(schemaIds.current, bytes));
};

/** An amount is there, of no bytes: zero to avsc, which never writes it so. */
const withoutAmountBytes = () => {
  const record = recordOfEvent(eventOf({ amount: 0x7bn }));
  const value = record.value as Buffer;
  const at = value.indexOf(Buffer.of(2, 2, 0x7b)); // branch 1, one byte, 123
  return { ...record, value: Buffer.concat([value.subarray(0, at), Buffer.of(2, 0), value.subarray(at + 3)]) };
};

const cases: readonly [ReasonCode, string, string, ReturnType<typeof recordOf>][] = [
  ['empty_value', '', 'no value', recordOf(null)],
  ['empty_value', '', 'a value of no bytes', recordOf(Buffer.alloc(0))],
  ['too_large', '', 'a value beyond the limit', recordOf(Buffer.alloc(MAX_VALUE_BYTES + 1))],
  ['too_large', 'itemId', 'a text beyond its limit', recordOfEvent(eventOf({ itemId: 'i'.repeat(257) }))],
  ['not_avro', '', 'no magic byte', recordOf(Buffer.from('{"eventId": 1}'))],
  ['not_avro', '', 'shorter than the header', recordOf(Buffer.from([0, 0, 0, 0]))],
  ['unknown_schema', '', 'an id that the registry denies', recordOf(wireEncode(schemaIds.denied, datum))],
  ['wrong_schema', '', "another topic's schema", recordOf(wireEncode(schemaIds.wrong, datum))],
  ['bad_datum', '', 'a byte too many', recordOf(wireEncode(schemaIds.current, Buffer.concat([datum, Buffer.of(0)])))],
  ['bad_datum', 'properties', 'a byte too few', recordOf(wireEncode(schemaIds.current, datum.subarray(0, -1)))],
  ['bad_utf8', 'visitorId', 'a text that is not UTF-8', spoilt((bytes) => void (bytes[bytes.indexOf('v1')] = 0xff))],
  ['bad_event_id', 'eventId', 'an id that is no UUID', spoilt((bytes) => void (bytes[1] = 0x67))],
  ['missing_subject', 'visitorId', 'nobody', recordOfEvent(eventOf({ visitorId: null, userId: '' }))],
  ['missing_subject', 'userId', 'identify of nobody', recordOfEvent(eventOf({ eventType: 'identify' }))],
  [
    'missing_subject',
    'visitorId',
    'identify without a device',
    recordOfEvent(eventOf({ eventType: 'identify', userId: 'u1', visitorId: null })),
  ],
  [
    'missing_subject',
    'properties.events',
    'history without events',
    recordOfEvent(eventOf({ eventType: 'history', userId: 'u1' })),
  ],
  ['missing_item', 'itemId', 'a view of nothing', recordOfEvent(eventOf({ itemId: '' }))],
  ['missing_query', 'query', 'a search for nothing', recordOfEvent(eventOf({ eventType: 'search', query: '' }))],
  [
    'future_time',
    'eventTime',
    'ahead of the clock by more than the allowance',
    recordOfEvent(eventOf({ eventTime: NOON + FUTURE_ALLOWANCE_MS + 1 })),
  ],
  ['impossible_time', 'eventTime', 'the last century', recordOfEvent(eventOf({ eventTime: MIN_TIME - 1 }))],
  ['impossible_time', 'eventTime', "beyond the store's times", recordOfEvent(eventOf({ eventTime: MAX_TIME + 1 }))],
  ['bad_amount', 'amount', 'negative money', recordOfEvent(eventOf({ amount: -1n }))],
  ['bad_amount', 'amount', 'more than decimal(18,4)', recordOfEvent(eventOf({ amount: MAX_UNITS + 1n }))],
  ['bad_amount', 'amount', 'nine bytes', recordOfEvent(eventOf({ amount: 2n ** 64n }))],
  ['bad_amount', 'amount', 'no bytes', withoutAmountBytes()],
  ['bad_quantity', 'quantity', 'no pieces', recordOfEvent(eventOf({ quantity: 0 }))],
];

describe('a record is quarantined for', () => {
  test.each(cases)('%s at "%s": %s', (reason, fieldPath, _, record) => {
    const out = createVerdict();
    cleanerOf(versions).judge(record, out);
    expect(out).toMatchObject({
      outcome: 'quarantined',
      reason,
      fieldPath,
      subject: '',
      category: '',
      lineUnits: null,
    });
    if (record.value !== null) expect(out.bytes).toBe(record.value);
  });

  test('nothing else: every reason but the one that the store gives has its record here', () => {
    const shown = new Set(cases.map(([reason]) => reason));
    expect(reasonCodes.filter((reason) => !shown.has(reason))).toEqual(['store_refused']);
  });
});

describe('a record is accepted', () => {
  test.each([
    ['at the edge of the future', eventOf({ eventTime: NOON + FUTURE_ALLOWANCE_MS })],
    ['with the largest amount', eventOf({ amount: MAX_UNITS })],
    ['as a search without an item', eventOf({ eventType: 'search', itemId: null, query: 'cup' })],
    ['as an identify', eventOf({ eventType: 'identify', itemId: null, userId: 'u1' })],
    ['as a history', eventOf({ eventType: 'history', itemId: null, userId: 'u1', properties: { events: '' } })],
    ['with ids of 256 bytes', eventOf({ itemId: 'i'.repeat(256) })],
  ])('%s', (_, event) => {
    const out = createVerdict();
    cleanerOf(versions).judge(recordOfEvent(event), out);
    expect([out.outcome, out.reason, out.flags & 256]).toEqual(['accepted', '', 0]);
  });

  test.each(eventTypes)('and its subject is the key that its producer gave it: %s', (eventType) => {
    const event = eventOf({ eventType, userId: 'u1', query: 'cup', properties: { events: '{}' } });
    const out = createVerdict();
    cleanerOf(versions).judge(recordOfEvent(event), out);
    expect(out.subject).toBe(eventType === 'identify' ? 'v1' : 'u1');
  });
});
