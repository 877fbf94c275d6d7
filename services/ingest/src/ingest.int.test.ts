import { createStore, readLedger, type Store } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import {
  catalogItemCodec,
  createCodec,
  type DeadLetter,
  deadLetterCodec,
  type LogRecord,
  parseMoney,
  recommendationListCodec,
  registrySubject,
  schemaText,
  topics,
  WIRE_HEADER_BYTES,
  wireEncode,
} from '@nextcart/contracts';
import { createRates } from '@nextcart/events';
import { createKafka, createRegistryClient, type Kafka, type Producer, type RegistryClient } from '@nextcart/kafka';
import { createHealth, createLogger, createMetrics, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createIngest, type Ingest, type IngestDeps, type IngestTopics } from './create-ingest.ts';
import { eventId, eventOf, START } from './test-log.fixture.ts';

const log = createLogger('test', 'silent');
const clock = systemClock;
let kafka: Kafka;
let producer: Producer;
let registry: RegistryClient;
let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => {
  const urls = inject('urls');
  const brokers = urls.kafkaBrokers.split(',');
  kafka = createKafka({ connection: { brokers, clientId: 'ingest-test' }, log, clock });
  registry = createRegistryClient({ url: urls.schemaRegistryUrl, log, clock });
  ({ store, drop } = await migratedStore(urls.clickhouseUrl, 'ingest'));
  producer = await kafka.createProducer();
});
afterAll(async () => {
  await kafka.close();
  await drop();
});

/** Topics of a test's own, with the schemas registered; `ids` are the registry's. */
const ground = async (partitions = 2) => {
  const name = uniqueName('ingest');
  const names = { events: `${name}.e`, catalog: `${name}.c`, lists: `${name}.l`, deadLetters: `${name}.d` };
  const specs = {
    events: topics.events,
    catalog: topics.catalog,
    lists: topics.recommendations,
    deadLetters: topics.deadLetters,
  };
  const ids: Partial<Record<keyof IngestTopics, number>> = {};
  for (const which of Object.keys(names) as (keyof IngestTopics)[]) {
    await kafka.admin.ensureTopics([
      { ...specs[which], name: names[which], partitions: which === 'events' ? partitions : 1 },
    ]);
    ids[which] = await registry.register(registrySubject(names[which]), schemaText(specs[which].schema));
  }
  const health = createHealth();
  const start = (over: Partial<IngestDeps> = {}): Promise<Ingest> =>
    createIngest({
      ...{ kafka, store, registry, clock, log, health, metrics: createMetrics('ingest') },
      rates: createRates({ base: 'EUR', rates: { USD: '0.5' } }),
      ...{ topics: names, groups: { events: `${name}.e`, catalog: `${name}.c`, lists: `${name}.l` } },
      limits: { flushMs: 100 },
      sessionTimeoutMs: 10_000,
      ...over,
    });
  return { names, ids: ids as Record<keyof IngestTopics, number>, start, health };
};
const event = (topic: string, id: number, n: number, partition: number, over = {}) => ({
  ...{ topic, partition, key: Buffer.from(`u${n % 7}`) },
  value: wireEncode(
    id,
    createCodec(schemaText('behaviour-event')).encode(eventOf(n, { eventTime: clock.now(), ...over })),
  ),
});
const until = async (what: string, good: () => Promise<boolean>, ms = 30_000): Promise<void> => {
  const deadline = clock.monotonic() + ms;
  while (!(await good())) {
    if (clock.monotonic() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await clock.sleep(100);
  }
};
type Table = 'events' | 'catalog' | 'lists';
/** Law 1: rows of a topic beside the broker's own count. */
const balance = async (table: Table, topic: string) => {
  const { topicId } = await kafka.admin.topic(topic);
  const lines = await readLedger(store, { table, topicId });
  const ends = await kafka.admin.offsets(topic);
  return {
    rows: lines.reduce((sum, line) => sum + line.rows, 0),
    doubled: lines.reduce((sum, line) => sum + line.doubled, 0),
    broker: ends.reduce((sum, { start, end }) => sum + end - start, 0),
    by: Object.fromEntries(
      [...new Set(lines.map((l) => l.reason || l.outcome))].map((what) => [
        what,
        lines.filter((l) => (l.reason || l.outcome) === what).reduce((sum, l) => sum + l.rows, 0),
      ]),
    ),
  };
};
const balanced = (table: Table, topic: string) =>
  until(`${table} balanced`, async () => {
    const { rows, broker } = await balance(table, topic);
    return rows >= broker;
  });
const readAll = async (topic: string): Promise<LogRecord[]> => {
  const all: LogRecord[] = [];
  const tail = await kafka.tail({ topic, from: 'start', onRecords: async (_, records) => void all.push(...records) });
  await tail.caughtUp;
  await tail.close();
  return all;
};

test('events, items and lists become rows; the ledger balances with the broker; refused ones are dead letters', async () => {
  const { names, ids, start, health } = await ground();
  const item = catalogItemCodec().encode({
    ...{
      itemId: 'i1',
      title: 'One',
      description: null,
      category: ['Home'],
      brand: 'B',
      price: parseMoney('4'),
      currency: 'USD',
    },
    ...{ stock: 1, hidden: false, availableFrom: null, availableUntil: null, repurchaseDays: null, attributes: {} },
  });
  const list = recommendationListCodec().encode({
    ...{ subject: 'u1', recommId: 'r', items: [], release: 'x', snapshots: {}, catalogPosition: '1', partition: 0 },
    ...{ triggerOffset: 1, eventTime: START, appendedAt: START, receivedAt: START, stateAt: START, scoredAt: START },
    ...{ publishedAt: START, expiresAt: START, nextPurchases: [] },
  });
  await producer.sendAll([
    { topic: names.catalog, key: Buffer.from('i1'), value: wireEncode(ids.catalog, item) },
    { topic: names.lists, key: Buffer.from('u1'), value: wireEncode(ids.lists, list) },
    { topic: names.lists, key: Buffer.from('u1'), value: null },
    ...Array.from({ length: 500 }, (_, n) => event(names.events, ids.events, n, n % 2)),
    event(names.events, ids.events, 501, 0, { eventType: 'purchase', itemId: 'i1', quantity: 2 }),
    event(names.events, ids.events, 0, 0),
    event(names.events, ids.events, 502, 1, { eventTime: clock.now() - 3_600_000 }),
    event(names.events, 999_999_999, 503, 1),
    { topic: names.events, partition: 0, key: null, value: Buffer.from('nothing') },
    { topic: names.events, partition: 0, key: null, value: null },
  ]);
  const ingest = await start();
  await balanced('events', names.events);
  await Promise.all([balanced('catalog', names.catalog), balanced('lists', names.lists)]);
  await until('healthy', async () => health.report().ok);
  await ingest.close();

  const events = await balance('events', names.events);
  expect(events).toMatchObject({ rows: 506, broker: 506, doubled: 0 });
  expect(events.by).toEqual({ accepted: 501, duplicate: 1, late: 1, unknown_schema: 1, not_avro: 1, empty_value: 1 });
  expect((await balance('lists', names.lists)).by).toEqual({ accepted: 2 });
  const { topicId } = await kafka.admin.topic(names.events);
  expect(
    await store.query(
      `SELECT category, brand, toString(line_amount) AS line, toString(base_amount) AS base FROM events
       WHERE topic_id = {topicId:UUID} AND event_type = 'purchase'`,
      { topicId },
    ),
  ).toEqual([{ category: 'Home', brand: 'B', line: '8', base: '4' }]);
  const letters = (await readAll(names.deadLetters)).map(({ key, value }) => {
    const letter: DeadLetter = deadLetterCodec().decode((value ?? Buffer.alloc(0)).subarray(WIRE_HEADER_BYTES));
    expect(key?.toString()).toBe(`${letter.topicId}:${letter.partition}:${letter.offset}`);
    expect(letter.topic).toBe(names.events);
    return letter.reason;
  });
  expect(letters.sort()).toEqual(['empty_value', 'not_avro', 'unknown_schema']);
  const committed = await kafka.admin.committed(names.events, names.events);
  const ends = await kafka.admin.offsets(names.events);
  expect(ends.map(({ partition }) => committed.get(partition)?.offset)).toEqual(ends.map(({ end }) => end));
});

test('an event of an older schema is read and flagged', async () => {
  const { names, start } = await ground(1);
  const v0 = JSON.parse(schemaText('behaviour-event')) as { fields: { name: string }[] };
  v0.fields = v0.fields.filter(({ name }) => !['recommId', 'properties'].includes(name));
  const text = JSON.stringify(v0);
  const id = await registry.register(uniqueName('old'), text);
  const value = wireEncode(id, createCodec(text).encode(eventOf(1, { eventTime: clock.now() })));
  await producer.sendAll([{ topic: names.events, partition: 0, key: Buffer.from('u1'), value }]);
  const ingest = await start({ pipelines: ['events'] });
  await balanced('events', names.events);
  await ingest.close();
  const { topicId } = await kafka.admin.topic(names.events);
  expect(
    await store.query(
      `SELECT outcome, schema_id AS id, bitAnd(flags, 128) AS old, event_id AS event, properties FROM events
       WHERE topic_id = {topicId:UUID}`,
      { topicId },
    ),
  ).toEqual([{ outcome: 'accepted', id, old: 128, event: eventId(1), properties: {} }]);
});

test('while the registry is away the partition waits and health says so; then everything is there', async () => {
  const { names, ids, start, health } = await ground(1);
  await producer.sendAll([event(names.events, ids.events, 1, 0)]);
  // nothing listens there
  const away = createRegistryClient({ url: 'http://127.0.0.1:9', log, clock });
  let current: RegistryClient = away;
  const ingest = await start({
    pipelines: ['events'],
    registry: { ...registry, schema: (id) => current.schema(id) },
  });
  await until('health red', async () => !health.report().ok);
  expect(health.report().checks['events']?.detail).toMatch(/registry/i);
  expect((await balance('events', names.events)).rows).toBe(0);
  current = registry;
  await balanced('events', names.events);
  await until('health green', async () => health.report().ok);
  await ingest.close();
  expect((await balance('events', names.events)).by).toEqual({ accepted: 1 });
});

test('while ClickHouse is away events wait and health says so; then everything is there once', async () => {
  const { names, ids, start, health } = await ground(1);
  const away = createStore({ url: 'http://127.0.0.1:9/nextcart', log, clock });
  let down = false;
  const flaky: Store = { ...store, insertAvro: (...args) => (down ? away : store).insertAvro(...args) };
  const ingest = await start({ pipelines: ['events'], store: flaky });
  await producer.sendAll([event(names.events, ids.events, 1, 0)]);
  await balanced('events', names.events);
  down = true;
  await producer.sendAll(Array.from({ length: 50 }, (_, n) => event(names.events, ids.events, n + 2, 0)));
  await until('health red', async () => !health.report().ok);
  expect(health.report().checks['events']?.detail).toMatch(/ClickHouse/);
  down = false;
  await balanced('events', names.events);
  await until('health green', async () => health.report().ok);
  await ingest.close();
  await away.close();
  expect(await balance('events', names.events)).toMatchObject({ rows: 51, doubled: 0 });
});

test('a topic that was made anew under its name begins at its first record', async () => {
  const { names, ids, start } = await ground(1);
  const send = (count: number) =>
    producer.sendAll(Array.from({ length: count }, (_, n) => event(names.events, ids.events, n, 0)));
  await send(20);
  const first = await start({ pipelines: ['events'] });
  await balanced('events', names.events);
  await first.close();
  const old = await kafka.admin.topic(names.events);
  await kafka.admin.deleteTopics([names.events]);
  await until('topic made anew', async () => {
    try {
      await kafka.admin.ensureTopics([{ ...topics.events, name: names.events, partitions: 1 }]);
      return (await kafka.admin.topic(names.events)).topicId !== old.topicId;
    } catch {
      return false;
    }
  });
  await send(5);
  const second = await start({ pipelines: ['events'] });
  await balanced('events', names.events);
  await second.close();
  expect(await balance('events', names.events)).toMatchObject({ rows: 5, doubled: 0, by: { accepted: 5 } });
});
