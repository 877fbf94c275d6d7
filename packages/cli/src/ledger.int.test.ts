import { readLedgerCounts, type Store } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import type { Outcome } from '@nextcart/contracts';
import { createKafka, kafkaConnection } from '@nextcart/kafka';
import { createLogger, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { renderLedger } from './commands/ledger.ts';
import { type LedgerTopic, readLedger } from './ledger.ts';

const urls = inject('urls');
const clock = systemClock;
const kafka = createKafka({
  connection: kafkaConnection({ KAFKA_BROKERS: urls.kafkaBrokers.split(','), KAFKA_TLS: 'false' }, 'test-ledger'),
  log: createLogger('test', 'error'),
  clock,
});
let database: Awaited<ReturnType<typeof migratedStore>>;
let store: Store;
const made: string[] = [];

beforeAll(async () => {
  database = await migratedStore(urls.clickhouseUrl, 'ledger');
  ({ store } = database);
});
afterAll(async () => {
  await database.drop();
  await kafka.admin.deleteTopics(made);
  await kafka.close();
});

/** A topic of one or two partitions with records in it. */
const createTopic = async (partitions: number, config: Record<string, string> = {}) => {
  const name = uniqueName('ledger');
  made.push(name);
  await kafka.admin.ensureTopics([{ name, schema: 'behaviour-event', partitions, config }]);
  const { topicId } = await kafka.admin.topic(name);
  const producer = await kafka.createProducer();
  const send = async (partition: number, count: number) => {
    const value = Buffer.from('x');
    await producer.sendAll(
      Array.from({ length: count }, (_, i) => ({ topic: name, partition, key: Buffer.from(`k${i % 3}`), value })),
    );
  };
  return { name, topicId, send, close: () => producer.close() };
};

const rows = (topicId: string, partition: number, first: number, last: number, outcome: Outcome = 'accepted') =>
  Array.from({ length: last - first + 1 }, (_, i) => ({
    topic_id: topicId,
    partition,
    offset: first + i,
    outcome,
    reason: outcome === 'quarantined' ? 'bad_datum' : '',
  }));

let topic: LedgerTopic;
let topicId: string;
beforeEach(async () => {
  const created = await createTopic(2);
  await created.send(0, 100);
  await created.send(1, 50);
  await created.close();
  topic = { name: created.name, table: 'events', compacted: false };
  topicId = created.topicId;
  await store.insertRows('events', [
    ...rows(topicId, 0, 0, 79),
    ...rows(topicId, 0, 80, 89, 'duplicate'),
    ...rows(topicId, 0, 90, 97, 'quarantined'),
    ...rows(topicId, 0, 98, 99, 'late'),
    ...rows(topicId, 1, 0, 49),
  ]);
});
const ledger = (waitMs = 0) => readLedger({ kafka, store, clock, waitMs, topics: [topic] });

test('rows of every outcome for every record of the broker balance', async () => {
  const lines = await ledger();
  expect(lines).toEqual([
    {
      topic: topic.name,
      partition: 0,
      broker: 100,
      outcomes: { accepted: 80, duplicate: 10, late: 2, quarantined: 8 },
      reasons: { bad_datum: 8 },
      removed: 0,
      missing: 0,
      firstMissing: null,
      doubled: 0,
      balanced: true,
    },
    expect.objectContaining({ partition: 1, broker: 50, missing: 0, balanced: true }),
  ]);
  expect(renderLedger(lines).join('\n')).toContain('the ledger balances');
});

test('a row that is deleted is seen, with its offset and the cure', async () => {
  await store.command(
    'DELETE FROM events WHERE topic_id = {topicId:UUID} AND partition = 0 AND offset = 41',
    { topicId },
    { lightweight_deletes_sync: '2' },
  );
  const lines = await ledger(1000);
  expect(lines[0]).toMatchObject({ missing: 1, firstMissing: 41, doubled: 0, balanced: false });
  expect(lines[1]).toMatchObject({ balanced: true });
  expect(renderLedger(lines).join('\n')).toMatch(
    /1 records of the log have no row, the first at offset 41.*let it catch up/,
  );
});

test('a record with two rows is seen, also where it hides a missing one', async () => {
  await store.insertRows('events', rows(topicId, 1, 7, 7, 'duplicate'));
  await store.command(
    'DELETE FROM events WHERE topic_id = {topicId:UUID} AND partition = 1 AND offset = 49',
    { topicId },
    { lightweight_deletes_sync: '2' },
  );
  const [, line] = await ledger();
  expect(line).toMatchObject({ missing: 1, firstMissing: 49, doubled: 1, removed: 0, balanced: false });
});

test('it waits for ingest to catch up', async () => {
  const producer = await kafka.createProducer();
  await producer.sendAll([{ topic: topic.name, partition: 1, key: null, value: Buffer.from('x') }]);
  await producer.close();
  const waiting = ledger(20_000);
  await clock.sleep(300);
  await store.insertRows('events', rows(topicId, 1, 50, 50));
  const started = clock.monotonic();
  expect((await waiting)[1]).toMatchObject({ broker: 51, missing: 0, balanced: true });
  expect(clock.monotonic() - started).toBeLessThan(15_000);
});

test('it waits until ingest has acknowledged them: rows can be read before the windows have them', async () => {
  const group = `${topic.name}.ingest`;
  let isOver = false;
  const waiting = readLedger({ kafka, store, clock, waitMs: 60_000, topics: [{ ...topic, group }] });
  void waiting.finally(() => void (isOver = true));
  await clock.sleep(1500);
  expect(isOver).toBe(false);
  const ingest = await kafka.consume({
    groupId: group,
    topic: topic.name,
    onAssigned: async (assignment) => {
      await assignment.commit(assignment.end);
      return { startOffset: assignment.end, process: async () => {}, release: async () => {} };
    },
  });
  expect(await waiting).toMatchObject([{ balanced: true }, { balanced: true }]);
  await ingest.close();
});

test('rows above the end of the log as it was are not counted, and topics of the same name before do not count', async () => {
  await store.insertRows('events', [
    ...rows(topicId, 1, 50, 60),
    ...rows('22222222-2222-4222-8222-222222222222', 1, 0, 9),
  ]);
  expect((await ledger())[1]).toMatchObject({ broker: 50, outcomes: { accepted: 50 }, balanced: true });
});

test('rows of records that retention has removed are counted apart', async () => {
  const [starts, ends] = [new Map([[0, 30]]), new Map([[0, 100]])];
  expect(await readLedgerCounts(store, { table: 'events', topicId, starts, ends })).toEqual([
    { partition: 0, records: 70, removed: 30, doubled: 0, next: 100 },
  ]);
});

test('in a compacted topic only what the log still holds is missing', async () => {
  const compacted = await createTopic(1, {
    'cleanup.policy': 'compact',
    'segment.ms': '100',
    'min.cleanable.dirty.ratio': '0.001',
  });
  const line = async () => {
    const of: LedgerTopic = { name: compacted.name, table: 'catalog', compacted: true };
    return (await readLedger({ kafka, store, clock, topics: [of] }))[0];
  };
  await compacted.send(0, 30);
  const catalogRows = rows(compacted.topicId, 0, 0, 9).map((row) => ({ ...row, item_id: 'k' }));
  await store.insertRows('catalog', catalogRows);
  expect(await line()).toMatchObject({ broker: 30, missing: 20, firstMissing: 10, removed: 0, balanced: false });

  // newer segments let the broker drop older values of the three keys
  const deadline = clock.monotonic() + 50_000;
  let now = await line();
  while (now !== undefined && now.missing > 2 && clock.monotonic() < deadline) {
    await clock.sleep(1000);
    await compacted.send(0, 1);
    const end = (await kafka.admin.offsets(compacted.name))[0]?.end ?? 0;
    await store.insertRows('catalog', rows(compacted.topicId, 0, end - 1, end - 1));
    now = await line();
  }
  await compacted.close();
  // of offsets 10 to 29 only the last of k1 and k2 are held: k0 has newer ones
  expect(now).toMatchObject({ missing: 2, firstMissing: 28, doubled: 0, balanced: false });
  const end = (await kafka.admin.offsets(compacted.name))[0]?.end ?? 0;
  expect(now?.broker).toBe(end - 18);
  await store.insertRows('catalog', rows(compacted.topicId, 0, 28, 29));
  expect(await line()).toMatchObject({ missing: 0, balanced: true });
}, 90_000);

test('holes of a compacted log without number do not hide a missing record behind them', {
  timeout: 60_000,
}, async () => {
  const holes = 10_001; // one more than are asked for at once
  const created = await createTopic(1);
  await created.send(0, 2 * holes);
  await created.close();
  const every = rows(created.topicId, 0, 0, 2 * holes - 1);
  await store.insertRows(
    'catalog',
    every.filter(({ offset }) => offset % 2 === 0),
  );
  const [line] = await readLedger({
    ...{ kafka, store, clock },
    topics: [{ name: created.name, table: 'catalog', compacted: true }],
  });
  expect(line).toMatchObject({ broker: 2 * holes, missing: holes, firstMissing: 1, balanced: false });
});
