import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isBeingInserted, readLedger, type Store, windowsAt } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import { CLOCK_HEADER, NextcartError, parsePlan, planToken } from '@nextcart/contracts';
import { MAX_TIME } from '@nextcart/events';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { createRecordSink } from './record-sink.ts';
import {
  crashAt,
  eventRecord,
  mixedRecords,
  openOn,
  recordOf,
  runOn,
  START,
  type TestLog,
  testLog,
} from './test-log.fixture.ts';

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'ingest')));
afterAll(() => drop());

/** All that a row says, but for when and where it was landed. */
const rowsOf = (topicId: string) =>
  store.query(
    `SELECT * EXCEPT (topic_id, received_at, raw), hex(raw) AS raw, subject FROM events
     WHERE topic_id = {topicId:UUID} ORDER BY partition, offset`,
    { topicId },
  );
const historiesOf = (topicId: string) =>
  store.query(
    'SELECT * EXCEPT (topic_id) FROM subject_events WHERE topic_id = {topicId:UUID} ORDER BY partition, offset',
    { topicId },
  );
const emptyWindows = () => store.command('TRUNCATE TABLE window_minutes');
/** Sums of window_minutes (all of it) and the same from the rows of a topic. */
const windowSums = async (topicId: string) => {
  const [fromView] = await store.query(
    `SELECT sum(events) AS n, toString(sum(amount)) AS amount, toString(sum(base_amount)) AS base FROM window_minutes`,
  );
  const [fromRows] = await store.query(
    `SELECT count() AS n, toString(sum(toDecimal128(ifNull(line_amount, 0), 4))) AS amount,
       toString(sum(toDecimal128(ifNull(base_amount, 0), 4))) AS base
     FROM events WHERE topic_id = {topicId:UUID} AND outcome IN ('accepted', 'late')`,
    { topicId },
  );
  return { fromView, fromRows };
};
const kept = async (topicId: string): Promise<{ events: number; subjects: number }> => {
  const [row] = await store.query<{ events: number; subjects: number }>(
    `SELECT (SELECT count() FROM events WHERE topic_id = {topicId:UUID} AND outcome IN ('accepted', 'late')) AS events,
       (SELECT count() FROM subject_events WHERE topic_id = {topicId:UUID}) AS subjects`,
    { topicId },
  );
  return row ?? { events: -1, subjects: -2 };
};
const finish = async (log: TestLog): Promise<void> => {
  expect(await runOn(log, store)).toBe('done');
};

const COUNT = 205;
/** Rows of a run of COUNT mixed records without a crash. */
let reference: unknown[];
let histories: unknown[];
beforeAll(async () => {
  const log = testLog(randomUUID(), mixedRecords(COUNT));
  await finish(log);
  reference = await rowsOf(log.topicId);
  histories = await historiesOf(log.topicId);
});

test('every record is one row with its outcome, refused ones are dead letters, and the group is at the end', async () => {
  await emptyWindows();
  const log = testLog(randomUUID(), mixedRecords(COUNT));
  await finish(log);
  const ledger = await readLedger(store, { table: 'events', topicId: log.topicId });
  expect(ledger.reduce((sum, line) => sum + line.rows, 0)).toBe(COUNT);
  expect(ledger.every((line) => line.doubled === 0)).toBe(true);
  expect(new Set(ledger.map((line) => line.outcome))).toEqual(
    new Set(['accepted', 'duplicate', 'late', 'quarantined']),
  );
  const quarantined = ledger.filter((line) => line.outcome === 'quarantined').reduce((sum, line) => sum + line.rows, 0);
  expect(log.letters.length).toBe(quarantined);
  expect(log.committed?.offset).toBe(COUNT);
  expect(parsePlan(log.committed?.metadata ?? '')).not.toHaveProperty('last');
  const { fromView, fromRows } = await windowSums(log.topicId);
  expect(fromView).toEqual(fromRows);
});

for (const point of ['planned', 'dead_lettered', 'inserted', 'acknowledged'])
  for (const nth of point === 'acknowledged' ? [1] : [1, 3])
    test(`a crash at '${point}' number ${nth} leads to the rows and the window sums of a run without one`, async () => {
      await emptyWindows();
      const log = testLog(randomUUID(), mixedRecords(COUNT));
      await runOn(log, store, { faultPoint: crashAt(point, nth) });
      await finish(log);
      expect(await rowsOf(log.topicId)).toEqual(reference);
      const { fromView, fromRows } = await windowSums(log.topicId);
      expect(fromView).toEqual(fromRows);
      const { events, subjects } = await kept(log.topicId);
      expect(subjects).toBe(events);
    });

test('a crash between table and views is healed', async () => {
  await emptyWindows();
  const log = testLog(randomUUID(), mixedRecords(COUNT));
  await store.command('DETACH TABLE window_minutes_view SYNC');
  await store.command('DETACH TABLE subject_events_mv SYNC');
  expect(await runOn(log, store, { faultPoint: crashAt('inserted', 1) })).toBe('crashed');
  await store.command('ATTACH TABLE window_minutes_view');
  await store.command('ATTACH TABLE subject_events_mv');
  expect((await kept(log.topicId)).subjects).toBe(0);
  await finish(log);
  expect(await rowsOf(log.topicId)).toEqual(reference);
  const { fromView, fromRows } = await windowSums(log.topicId);
  expect(fromView).toEqual(fromRows);
  const { events, subjects } = await kept(log.topicId);
  expect(subjects).toBe(events);
});

// what such a store is like: the token known, everything else served, the rows of one table gone
for (const tables of [['events'], ['subject_events'], ['events', 'subject_events']])
  test(`a store that was killed between the token and the rows of ${tables.join(' and ')}: they are there in the end, once, and the windows are whole`, async () => {
    await emptyWindows();
    const log = testLog(randomUUID(), mixedRecords(COUNT));
    expect(await runOn(log, store, { faultPoint: crashAt('inserted', 1) })).toBe('crashed');
    for (const table of tables)
      await store.command(
        `ALTER TABLE ${table} DELETE WHERE topic_id = {topicId:UUID}`,
        { topicId: log.topicId },
        { mutations_sync: '1' },
      );
    const left = await kept(log.topicId);
    expect([left.events, left.subjects].filter((count) => count === 0)).toHaveLength(tables.length);
    await finish(log);
    expect(await rowsOf(log.topicId)).toEqual(reference);
    const { fromView, fromRows } = await windowSums(log.topicId);
    expect(fromView).toEqual(fromRows);
    expect(await historiesOf(log.topicId)).toEqual(histories);
  });

test('rows that a dead owner’s insert is about to show are waited for, and not put in beside them', async () => {
  const log = testLog(randomUUID(), mixedRecords(COUNT));
  expect(await runOn(log, store, { faultPoint: crashAt('inserted', 1) })).toBe('crashed');
  const { topicId, partition, committed } = log;
  const first = committed?.offset ?? -1;
  const token = planToken(topicId, partition, first, parsePlan(committed?.metadata ?? '')?.last ?? -1);
  // what such a moment is like: the token known, the rows not there yet, and the insert still running
  await store.command('CREATE TABLE events_under_way AS events');
  await store.command('INSERT INTO events_under_way SELECT * FROM events WHERE topic_id = {topicId:UUID}', { topicId });
  await store.command(
    'ALTER TABLE events DELETE WHERE topic_id = {topicId:UUID}',
    { topicId },
    { mutations_sync: '1' },
  );
  const running = store.command(
    "INSERT INTO FUNCTION null('x UInt8') SELECT sleep(2)",
    {},
    { insert_deduplication_token: token },
  );
  await vi.waitFor(async () => expect(await isBeingInserted(store, token)).toBe(true));
  const finished = finish(log);
  await sleep(500);
  await store.command("ALTER TABLE events ATTACH PARTITION ID 'all' FROM events_under_way");
  await Promise.all([running, finished]);
  expect(await rowsOf(topicId)).toEqual(reference);
  await store.command('DROP TABLE events_under_way');
});

test('a range is not healed while a dead owner’s insert of it is under way, and is afterwards', async () => {
  const log = testLog(randomUUID(), mixedRecords(COUNT));
  expect(await runOn(log, store, { faultPoint: crashAt('inserted', 1) })).toBe('crashed');
  const { topicId, partition, committed } = log;
  const range = {
    ...{ topicId, partition, first: committed?.offset ?? -1 },
    last: parsePlan(committed?.metadata ?? '')?.last ?? -1,
  };
  const whole = await kept(topicId);
  await store.command(
    'ALTER TABLE subject_events DELETE WHERE topic_id = {topicId:UUID}',
    { topicId },
    { mutations_sync: '1' },
  );
  const token = planToken(topicId, partition, range.first, range.last);
  const running = store.command(
    "INSERT INTO FUNCTION null('x UInt8') SELECT sleep(2)",
    {},
    { insert_deduplication_token: token },
  );
  await vi.waitFor(async () => expect(await isBeingInserted(store, token)).toBe(true));
  const sink = createRecordSink(store, 'events');
  await expect(sink.heal(range)).rejects.toMatchObject({ code: 'store_unavailable' });
  expect((await kept(topicId)).subjects).toBe(0);
  await running;
  await sink.heal(range);
  expect(await kept(topicId)).toEqual(whole);
});

for (const point of ['planned', 'inserted', 'acknowledged'])
  test(`an event that is late by what came before a crash at '${point}' is late after it`, async () => {
    const log = testLog(
      randomUUID(),
      Array.from({ length: 40 }, (_, n) => eventRecord(n)),
    );
    await runOn(log, store, { faultPoint: crashAt(point, 1) });
    log.records.push(eventRecord(40, { eventTime: START - 3_600_000 }));
    await finish(log);
    expect(await readLedger(store, { table: 'events', topicId: log.topicId })).toMatchObject([
      { outcome: 'accepted', rows: 40 },
      { outcome: 'late', rows: 1 },
    ]);
  });

test('a planned batch that begins with a late event finds it late again', async () => {
  const late = eventRecord(40, { eventTime: START - 3_600_000 });
  const log = testLog(randomUUID(), [...Array.from({ length: 40 }, (_, n) => eventRecord(n)), late]);
  expect(await runOn(log, store, { faultPoint: crashAt('planned', 2) })).toBe('crashed');
  await finish(log);
  expect((await readLedger(store, { table: 'events', topicId: log.topicId })).map((line) => line.outcome)).toContain(
    'late',
  );
});

test('a planned batch is cut as it was, with other limits and another fetch size', async () => {
  const log = testLog(randomUUID(), mixedRecords(COUNT));
  await runOn(log, store, { faultPoint: crashAt('planned', 2) });
  const plan = parsePlan(log.committed?.metadata ?? '');
  const tokens: string[] = [];
  const sink = createRecordSink(store, 'events');
  await runOn(log, store, {
    ...{ limits: { maxRows: 7 }, piece: 3 },
    sink: { ...sink, insert: (rows, parts, o) => sink.insert(rows, parts, (tokens.push(o.token), o)) },
  });
  expect(tokens[0]).toBe(`${log.topicId}:0:40-${plan?.last}`);
  expect(plan?.last).toBe(79);
  expect(await rowsOf(log.topicId)).toEqual(reference);
});

test('records that the store refuses are found and quarantined, their neighbours are accepted, also across a crash', async () => {
  await store.command(`ALTER TABLE events ADD CONSTRAINT no_poison CHECK ifNull(item_id, '') != 'poison'`);
  try {
    const records = Array.from({ length: 100 }, (_, n) =>
      eventRecord(n, n === 33 || n === 70 ? { itemId: 'poison' } : {}),
    );
    for (const crash of [undefined, crashAt('inserted', 2), crashAt('planned', 6)]) {
      const log = testLog(randomUUID(), records);
      if (crash !== undefined) expect(await runOn(log, store, { faultPoint: crash })).toBe('crashed');
      await finish(log);
      const lines = await readLedger(store, { table: 'events', topicId: log.topicId });
      expect(lines).toEqual([
        { partition: 0, outcome: 'accepted', reason: '', rows: 98, doubled: 0 },
        { partition: 0, outcome: 'quarantined', reason: 'store_refused', rows: 2, doubled: 0 },
      ]);
      expect(new Set(log.letters.map(({ record }) => record.offset))).toEqual(new Set([33, 70]));
      expect(log.letters[0]?.record.value).toEqual(records[33]?.value);
    }
  } finally {
    await store.command('ALTER TABLE events DROP CONSTRAINT no_poison');
  }
});

for (const count of [1, 2])
  test(`of ${count === 1 ? 'a record' : 'records'} that a view refuses and the table took, none is called quarantined`, async () => {
    await store.command(`ALTER TABLE window_minutes ADD CONSTRAINT no_poison CHECK item_id != 'poison'`);
    try {
      const log = testLog(
        randomUUID(),
        Array.from({ length: count }, (_, n) => eventRecord(n, { itemId: 'poison' })),
      );
      expect(await runOn(log, store)).toBe('crashed');
      expect(log.letters).toEqual([]);
      expect(await readLedger(store, { table: 'events', topicId: log.topicId })).toMatchObject([
        { outcome: 'accepted', rows: count },
      ]);
      // mended, the view has what the table took
      await store.command('ALTER TABLE window_minutes DROP CONSTRAINT no_poison');
      await emptyWindows();
      await finish(log);
      const { fromView, fromRows } = await windowSums(log.topicId);
      expect(fromView).toEqual(fromRows);
    } finally {
      await store.command('ALTER TABLE window_minutes DROP CONSTRAINT IF EXISTS no_poison');
    }
  });

test('while the store is away a batch waits under its token, and health would say so', async () => {
  const log = testLog(randomUUID(), mixedRecords(30));
  const sink = createRecordSink(store, 'events');
  let away = 3;
  const tokens: string[] = [];
  await runOn(log, store, {
    sink: {
      ...sink,
      insert: async (rows, parts, options) => {
        tokens.push(options.token);
        away -= 1;
        if (away >= 0) throw new NextcartError('store_unavailable', 'away', { retry: true });
        await sink.insert(rows, parts, options);
      },
    },
  });
  expect(tokens).toEqual(Array.from({ length: 4 }, () => `${log.topicId}:0:0-29`));
  expect((await rowsOf(log.topicId)).length).toBe(30);
});

test('without the group’s offsets ingest goes on where the store is; a plan of another topic counts as none', async () => {
  const log = testLog(randomUUID(), mixedRecords(60));
  await finish(log);
  log.records.push(...mixedRecords(90).slice(60));
  log.committed = null;
  await finish(log);
  expect(await rowsOf(log.topicId)).toEqual(reference.slice(0, 90));

  const anew = testLog(randomUUID(), mixedRecords(20));
  anew.committed = log.committed;
  await finish(anew);
  expect(await rowsOf(anew.topicId)).toEqual(reference.slice(0, 20));
});

test('offsets older than the store double nothing', async () => {
  const log = testLog(randomUUID(), mixedRecords(120));
  await finish(log);
  log.committed = log.commits[1] ?? null;
  // cut otherwise, so that no token would hide a second insert
  expect(await runOn(log, store, { limits: { maxRows: 7 } })).toBe('done');
  expect((await rowsOf(log.topicId)).length).toBe(120);
});

test('an expelled owner inserts nothing and commits nothing more', async () => {
  const log = testLog(randomUUID(), mixedRecords(30));
  const { handler, expel } = await openOn(log, store, { limits: { flushMs: 100_000 } });
  await handler.process(log.records, 30, 30);
  expel();
  await handler.release(true);
  expect(await rowsOf(log.topicId)).toEqual([]);
  expect(log.commits).toEqual([]);
});

test('the last time that an event can have is a time that windows hold', async () => {
  const headers = { [CLOCK_HEADER]: Buffer.from(String(MAX_TIME)) };
  const log = testLog(randomUUID(), [{ ...eventRecord(0, { eventTime: MAX_TIME, itemId: 'last' }), headers }]);
  await finish(log);
  expect(await windowsAt(store, { kind: 'item', window: '24h', at: MAX_TIME })).toMatchObject([
    { key: 'last', views: 1 },
  ]);
});

test('gaps of the log are no loss: the batch holds what is there, and the group ends above the last gap', async () => {
  const log = testLog(
    randomUUID(),
    [3, 4, 9, 200].map((offset) => recordOf(offset, null)),
  );
  const { handler } = await openOn(log, store, { limits: { flushMs: 100_000 } });
  expect(handler.startOffset).toBe(3);
  await handler.process(log.records, 205, 205);
  await handler.release(false);
  expect(log.committed?.offset).toBe(205);
  expect((await rowsOf(log.topicId)).length).toBe(4);
});
