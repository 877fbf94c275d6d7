/**
 * Chapter 1. A shop tells us that something happened. It writes one record to `behaviour-events.v1`: the key is who it
 * was, the value is Avro in Confluent's wire format, so every Kafka client in every language can send it.
 */
import {
  type BehaviourEvent,
  behaviourEventCodec,
  parseMoney,
  schemaText,
  subjectOf,
  WIRE_HEADER_BYTES,
  wireEncode,
  wireSchemaId,
} from '@nextcart/contracts';
import { createDatumView, createWalker } from '@nextcart/events';
import { expect, test } from 'vitest';

const purchase: BehaviourEvent = {
  eventId: '6f1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e01',
  eventTime: Date.UTC(2026, 0, 5, 9, 30),
  eventType: 'purchase',
  visitorId: 'phone-7',
  userId: 'anna',
  sessionId: 's1',
  itemId: 'cup',
  query: null,
  quantity: 2,
  amount: parseMoney('25.80'),
  currency: 'EUR',
  recommId: null,
  properties: { campaign: 'spring' },
};

test('the key is the user, or the device where nobody is signed in', () => {
  expect(subjectOf(purchase)).toBe('anna');
  expect(subjectOf({ ...purchase, userId: null })).toBe('phone-7');
});

test('signing in belongs to the device: its owner hands the history over', () => {
  expect(subjectOf({ ...purchase, eventType: 'identify' })).toBe('phone-7');
});

test('money is exact: ten-thousandths as a bigint, never a float', () => {
  expect(purchase.amount).toBe(258_000n);
});

test('on the wire: a zero, the schema’s id, the datum', () => {
  const value = wireEncode(7, behaviourEventCodec().encode(purchase));
  expect(value[0]).toBe(0);
  expect(wireSchemaId(value)).toBe(7);
  expect(behaviourEventCodec().decode(value.subarray(WIRE_HEADER_BYTES))).toEqual(purchase);
});

test('we look at a datum without decoding it: a walker checks every byte and says where each field lies', () => {
  const datum = behaviourEventCodec().encode(purchase);
  const walker = createWalker(schemaText('behaviour-event'));
  const view = createDatumView(walker.fields.length);
  expect(walker.walk(datum, 0, datum.length, view)).toBe(true);
  const item = walker.field('itemId');
  expect(datum.toString('utf8', view.starts[item], view.ends[item])).toBe('cup');

  expect(walker.walk(datum.subarray(0, -1), 0, datum.length - 1, view)).toBe(false);
  expect(walker.fault).toBe('bad_datum');
});
