/**
 * Chapter 2. Every record of the log gets one verdict: accepted, duplicate, late or quarantined with a reason. It is
 * decided once, from what came before in the same partition, and from nothing else: so the same log is always judged the
 * same way, by ingest today, by the scorer beside it, and by a replay next year.
 */
import {
  type BehaviourEvent,
  behaviourEventCodec,
  flags,
  type LogRecord,
  schemaText,
  wireEncode,
} from '@nextcart/contracts';
import { createCatalogState, createCleaner, createRates, createSchemaVersions, createVerdict } from '@nextcart/events';
import { beforeAll, expect, test } from 'vitest';

const NOW = Date.UTC(2026, 0, 5, 9, 30);
const versions = createSchemaVersions('behaviour-event');
const catalog = createCatalogState();
catalog.fold(0, 0, 'cup', {
  itemId: 'cup',
  title: 'Espresso cup',
  description: null,
  category: ['Kitchen', 'Coffee'],
  brand: 'Aster',
  price: 129_000n,
  currency: 'EUR',
  stock: null,
  hidden: false,
  availableFrom: null,
  availableUntil: null,
  repurchaseDays: null,
  attributes: {},
});
const newCleaner = () =>
  createCleaner({ partition: 0, versions, catalog, rates: createRates({ base: 'EUR', rates: {} }) });

const event = (n: number, over: Partial<BehaviourEvent> = {}): BehaviourEvent => ({
  eventId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  eventTime: NOW,
  eventType: 'view',
  visitorId: null,
  userId: 'anna',
  sessionId: null,
  itemId: 'cup',
  query: null,
  quantity: null,
  amount: null,
  currency: null,
  recommId: null,
  properties: {},
  ...over,
});
const recordOf = (offset: number, value: Buffer | null): LogRecord => ({
  offset,
  appendedAt: NOW,
  key: Buffer.from('anna'),
  value,
  headers: undefined,
});
const encode = (one: BehaviourEvent) => wireEncode(1, behaviourEventCodec().encode(one));

beforeAll(() => versions.resolve([recordOf(0, encode(event(0)))], async () => schemaText('behaviour-event')));

test('a repeat is a duplicate, wherever it comes again within the window', () => {
  const cleaner = newCleaner();
  const verdict = createVerdict();
  cleaner.judge(recordOf(0, encode(event(1))), verdict);
  expect(verdict.outcome).toBe('accepted');
  cleaner.judge(recordOf(1, encode(event(1))), verdict);
  expect(verdict.outcome).toBe('duplicate');
});

test('what can be derived is filled in and flagged: a purchase without an amount costs what the catalogue says', () => {
  const verdict = createVerdict();
  newCleaner().judge(recordOf(0, encode(event(1, { eventType: 'purchase', quantity: 3 }))), verdict);
  expect(verdict.lineUnits).toBe(387_000n);
  expect(verdict.flags & flags.imputedAmount).not.toBe(0);
});

test('what can’t be understood is quarantined with the reason and the field; nothing is thrown away', () => {
  const cleaner = newCleaner();
  const verdict = createVerdict();
  cleaner.judge(recordOf(0, Buffer.from('no avro')), verdict);
  expect([verdict.outcome, verdict.reason]).toEqual(['quarantined', 'not_avro']);
  cleaner.judge(recordOf(1, encode(event(1, { eventTime: NOW + 3_600_000 }))), verdict);
  expect([verdict.reason, verdict.fieldPath]).toEqual(['future_time', 'eventTime']);
});

test('late is behind the newest event of its source by more than the allowance; it still counts as history', () => {
  const cleaner = newCleaner();
  const verdict = createVerdict();
  cleaner.judge(recordOf(0, encode(event(1))), verdict);
  cleaner.judge(recordOf(1, encode(event(2, { eventTime: NOW - 3_600_000 }))), verdict);
  expect(verdict.outcome).toBe('late');
});

test('a cleaner that begins again from what was kept judges the rest as if it had never stopped', () => {
  const values = [event(1), event(2), event(1), event(3), event(2)].map(encode);
  const whole = newCleaner();
  const verdict = createVerdict();
  const judged = values.map((value, offset) => {
    whole.judge(recordOf(offset, value), verdict);
    return verdict.outcome;
  });
  const resumed = newCleaner();
  resumed.restore({
    watermarks: { live: NOW },
    eventIds: [event(1).eventId, event(2).eventId],
    offsets: [0, 1],
  });
  const again = values.slice(2).map((value, i) => {
    resumed.judge(recordOf(i + 2, value), verdict);
    return verdict.outcome;
  });
  expect(again).toEqual(judged.slice(2));
});
