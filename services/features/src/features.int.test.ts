import { createStore, latestSnapshot, type Store } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore, type TestEvent } from '@nextcart/clickhouse/testing';
import { type SnapshotKind, topics } from '@nextcart/contracts';
import { createKafka, type Kafka } from '@nextcart/kafka';
import { type Clock, createHealth, createLogger, createMetrics, systemClock } from '@nextcart/runtime';
import { createDoor, uniqueName } from '@nextcart/runtime/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { createFeatures, type FeaturesDeps } from './features.ts';
import type { LogNames } from './tell-progress.ts';

const log = createLogger('test', 'fatal');
const HOUR = 3_600_000;
let kafka: Kafka;
let topic: string;
let topicId: string;
let names: LogNames;
let store: Store;
let url: string;
let drop: () => Promise<void>;

beforeAll(() => {
  const connection = { brokers: inject('urls').kafkaBrokers.split(','), clientId: 'features-test' };
  kafka = createKafka({ connection, log, clock: systemClock });
});
afterAll(() => kafka.close());
beforeEach(async () => {
  topic = uniqueName('features');
  names = { events: topic, catalog: `${topic}_catalog`, lists: `${topic}_lists`, scorer: `${topic}_scorer` };
  await kafka.admin.ensureTopics([{ ...topics.events, name: topic, partitions: 2 }]);
  ({ topicId } = await kafka.admin.topic(topic));
  ({ store, url, drop } = await migratedStore(inject('urls').clickhouseUrl, 'features'));
});
afterEach(async () => {
  await kafka.admin.deleteTopics([names.events, names.lists]);
  await drop();
});

/** The system's clock, which a test moves on by hand. */
const movableClock = (): Clock & { move(ms: number): void } => {
  let moved = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + moved,
    monotonic: () => systemClock.monotonic() + moved,
    move: (ms) => {
      moved += ms;
    },
  };
};
const settings: FeaturesDeps['settings'] = {
  intervalsMs: { trending: 50, sessions: 50, covisits: 50, copurchases: 50, cleaning: 50 },
  ...{ coreShare: 1, bytesPerDay: 1e15 },
  ...{ sessionEvents: 10_000, graphEvents: 10_000, robotEventsPerHour: 100 },
  ...{ idleAfterMs: 10_000, keepSnapshotsMs: HOUR },
};
const setUp = (over: Partial<FeaturesDeps> = {}) => {
  const clock = movableClock();
  const health = createHealth();
  const metrics = createMetrics('features');
  const features = createFeatures({ store, admin: kafka.admin, clock, log, health, metrics, settings, names, ...over });
  return { features, clock, health, metrics };
};

/** The broker's records that the store must answer for. */
const produce = async (partition: number, count: number, to = topic): Promise<void> => {
  const producer = await kafka.createProducer();
  await producer.sendAll(
    Array.from({ length: count }, () => ({ topic: to, partition, key: Buffer.alloc(1), value: Buffer.alloc(1) })),
  );
  await producer.close();
};
const event = (partition: number, offset: number, time: number, over: Partial<TestEvent> = {}): TestEvent => ({
  ...{
    topicId,
    partition,
    offset,
    time,
    type: 'view',
    subject: 'u1',
    item: `i${offset}`,
    receivedAt: systemClock.now(),
  },
  ...over,
});
const scoreOf = async (item: string): Promise<number> => {
  const snapshot = await latestSnapshot(store, 'trending');
  return snapshot?.payload.scores[snapshot.payload.items.indexOf(item)] ?? 0;
};
const rowsOf = async (kind: SnapshotKind): Promise<number> => {
  const rows = await store.query<{ n: number }>('SELECT count() AS n FROM snapshots WHERE kind = {kind:String}', {
    kind,
  });
  return rows[0]?.n ?? -1;
};

test('all snapshots are made from the rows, at the watermark, and unchanged content makes no new row', async () => {
  const now = systemClock.now();
  const rows = [0, 1, 2, 3].map((i) => event(0, i, now - 1000 + i, i < 2 ? {} : { type: 'purchase', baseAmount: '5' }));
  await insertTestEvents(store, rows, 'a');
  const { features, clock } = setUp();
  expect(await features.round()).toEqual(['trending', 'covisits', 'copurchases', 'sessions', 'cleaning']);
  expect(features.watermark()).toBe(now - 997);
  expect((await latestSnapshot(store, 'trending'))?.asOf).toBe(now - 997);
  expect((await latestSnapshot(store, 'sessions'))?.payload.items).toEqual(['i0', 'i1', 'i2', 'i3']);
  expect((await latestSnapshot(store, 'copurchases'))?.payload.items).toEqual(['i2', 'i3']);

  await insertTestEvents(store, [event(0, 4, now - 996, { type: 'identify', item: null })], 'b');
  clock.move(100);
  expect(await features.round()).toEqual([]);
  expect(await rowsOf('trending')).toBe(1);
  const another = setUp();
  expect(await another.features.round()).toEqual([]);
  expect(await rowsOf('trending')).toBe(1);
});

test("a quiet shop's watermark moves with the clock: its trending falls", async () => {
  const now = systemClock.now();
  await produce(0, 1);
  await insertTestEvents(store, [event(0, 0, now, { item: 'quiet' })], 'a');
  const { features, clock } = setUp();
  await features.round();
  const before = await scoreOf('quiet');
  clock.move(30 * 60_000 + settings.idleAfterMs);
  expect(await features.round()).toContain('trending');
  expect(features.watermark()).toBeGreaterThanOrEqual(now + 30 * 60_000);
  expect(await scoreOf('quiet')).toBeLessThan(0.6 * before);
  clock.move(17 * 24 * HOUR);
  await features.round();
  expect((await latestSnapshot(store, 'trending'))?.payload.items).toEqual([]);
});

test('the clock moves no watermark over records that the broker has and the store lacks', async () => {
  const now = systemClock.now();
  await produce(0, 3);
  await insertTestEvents(store, [event(0, 0, now), event(0, 1, now)], 'a');
  const { features, clock, metrics } = setUp();
  clock.move(HOUR);
  await features.round();
  expect(features.watermark()).toBe(now);
  expect(await metrics.text()).toContain('nextcart_features_store_lag_records{partition="0"} 1');
  await insertTestEvents(store, [event(0, 2, now)], 'b');
  await features.round();
  expect(features.watermark()).toBeGreaterThan(now + HOUR / 2);
});

test('an import of the past beside the live shop leaves the watermark alone, and it never goes back', async () => {
  const now = systemClock.now();
  await insertTestEvents(store, [event(0, 0, now), event(1, 0, now - HOUR, { source: 'import' })], 'a');
  const { features } = setUp();
  await features.round();
  expect(features.watermark()).toBe(now);
  await insertTestEvents(store, [event(1, 1, now - HOUR / 2)], 'b'); // the live shop's slowest partition appears late
  await features.round();
  expect(features.watermark()).toBe(now);
});

test('a broker that does not answer stops the clock, turns health red, and the rows still count', async () => {
  const now = systemClock.now();
  await insertTestEvents(store, [event(0, 0, now)], 'a');
  const away = async () => Promise.reject(new Error('nobody there'));
  const { features, clock, health } = setUp({ admin: { topic: away, offsets: away, committed: away } });
  clock.move(HOUR);
  expect(await features.round()).toContain('trending');
  expect(features.watermark()).toBe(now);
  expect(health.report()).toMatchObject({ ok: false, checks: { broker: { ok: false, detail: 'nobody there' } } });
});

const look = async (over: Partial<FeaturesDeps> = {}) => {
  const made = setUp(over);
  do
    await made.features.round(); // a topic made just now may have no leader yet
  while (made.health.report().checks['broker']?.ok !== true);
  return made;
};

test('each look at the log is a row for dashboards: the broker’s count beside the store’s', async () => {
  const now = systemClock.now();
  await produce(1, 5);
  await insertTestEvents(store, [event(1, 0, now), event(1, 1, now)], 'a');
  await look();
  expect(
    await store.query(
      'SELECT partition, start_offset AS start, end_offset AS end, next_offset AS next FROM log_progress',
    ),
  ).toEqual([
    { partition: 0, start: 0, end: 0, next: 0 },
    { partition: 1, start: 0, end: 5, next: 2 },
  ]);
});

/** Commits an offset of partition 1 under the scorer's group. */
const commitAsScorer = async (offset: number): Promise<void> => {
  const done = Promise.withResolvers<void>();
  const consumer = await kafka.consume({
    groupId: names.scorer,
    topic,
    onAssigned: async ({ partition, end, commit }) => {
      if (partition === 1) await commit(offset).then(done.resolve, done.reject);
      return { startOffset: end, process: async () => {}, release: async () => {} };
    },
  });
  await done.promise;
  await consumer.close();
};
/** The newest look. */
const seenLogs = (): Promise<object[]> =>
  store.query(
    `SELECT transform(topic, ['${names.events}', '${names.catalog}', '${names.lists}'], ['events', 'catalog', 'lists']) AS log,
       partition, end_offset AS end, next_offset AS next, scorer_offset AS scorer
     FROM log_progress WHERE at = (SELECT max(at) FROM log_progress) ORDER BY log, partition`,
  );

test('a look is told every ten seconds, however often there is one', async () => {
  const { features, clock } = await look();
  const looks = async () =>
    (await store.query<{ n: number }>('SELECT uniqExact(at) AS n FROM log_progress'))[0]?.n ?? 0;
  const before = await looks();
  await features.round();
  expect(await looks()).toBe(before);
  clock.move(10_000);
  await features.round();
  expect(await looks()).toBe(before + 1);
});

test('dashboards learn of the lists’ log and the scorer as well, though there is no catalogue’s', async () => {
  await kafka.admin.ensureTopics([{ ...topics.recommendations, name: names.lists, partitions: 2 }]);
  const lists = await kafka.admin.topic(names.lists);
  await produce(0, 3, names.lists);
  await produce(1, 5);
  await store.insertRows('lists', [{ topic_id: lists.topicId, partition: 0, offset: 1, outcome: 'accepted' }]);
  await commitAsScorer(4);
  await look(); // there is no topic of the catalogue
  expect(await seenLogs()).toEqual([
    { log: 'events', partition: 0, end: 0, next: 0, scorer: 0 },
    { log: 'events', partition: 1, end: 5, next: 0, scorer: 4 },
    { log: 'lists', partition: 0, end: 3, next: 2, scorer: null },
    { log: 'lists', partition: 1, end: 0, next: 0, scorer: null },
  ]);
});

test('where the events’ log can’t be seen dashboards are told nothing, and a broker that hangs is asked once a round', async () => {
  const asked: string[] = [];
  const gone = (name: string) => {
    asked.push(name);
    return Promise.reject(new Error('gone'));
  };
  await setUp({ admin: { topic: gone, offsets: gone, committed: gone } }).features.round();
  expect(asked).toEqual([topic]);
  expect(await seenLogs()).toEqual([]);
});

test('a scorer that has answered nothing is behind all that the log holds, and one that nobody knows of is not told as 0', async () => {
  await produce(1, 5);
  await look();
  expect(await seenLogs()).toMatchObject([{ scorer: 0 }, { end: 5, scorer: 0 }]);
  await commitAsScorer(9); // of a log that is no more: this one ends at 5
  await look();
  expect(await seenLogs()).toMatchObject([{ scorer: 0 }, { end: 5, scorer: 0 }]);
  const committed = async () => Promise.reject(new Error('no coordinator'));
  await look({ admin: { ...kafka.admin, committed } });
  expect(await seenLogs()).toMatchObject([{ scorer: null }, { end: 5, scorer: null }]);
});

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await systemClock.sleep(20);
};

test('an empty shop is ready; tables that go missing turn health red, and their return mends it', async () => {
  const { features, health } = setUp();
  const report = () => health.report().checks['snapshots'];
  expect(report()).toMatchObject({ ok: false });
  features.start();
  await until(() => report()?.ok === true);
  expect(report()?.detail).toBe('the shop has no events yet');
  await store.command('RENAME TABLE events TO events_away');
  await until(() => report()?.ok === false);
  expect(report()?.detail).toMatch(/rounds failed: ClickHouse refused/);
  await store.command('RENAME TABLE events_away TO events');
  await until(() => report()?.ok === true);
  await features.close();
});

test('a store that is away at the start or goes away later is waited for; health says so, and rounds go on', async () => {
  const now = systemClock.now();
  await insertTestEvents(store, [event(0, 0, now)], 'a');
  const door = await createDoor(url);
  await door.shut();
  const own = createStore({ url: door.url, log, clock: systemClock });
  const { features, health } = setUp({ store: own });
  const report = () => health.report().checks['snapshots'];
  features.start();
  expect(report()).toMatchObject({ ok: false, detail: expect.stringContaining('waiting for ClickHouse') });
  await door.open();
  await until(() => report()?.ok === true);
  await door.shut();
  await until(() => report()?.ok === false);
  expect(report()?.detail).toMatch(/rounds failed: ClickHouse did not do/);
  await insertTestEvents(store, [event(0, 1, now + 1)], 'b');
  await door.open();
  await until(() => report()?.ok === true && features.watermark() === now + 1);
  await features.close();
  await own.close();
  await door.shut();
});

test('it stops while it waits for a store that never comes', async () => {
  const absent = createStore({ url: 'http://127.0.0.1:1/nextcart', log, clock: systemClock });
  const { features } = setUp({ store: absent });
  features.start();
  await systemClock.sleep(100);
  await features.close();
  await absent.close();
});
