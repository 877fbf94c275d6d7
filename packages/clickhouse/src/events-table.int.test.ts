import { eventTypes, outcomes, planToken } from '@nextcart/contracts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { insertEvents, readEventIds, readPositions, readSourceTimes } from './events-table.ts';
import { EVENT_TIME, eventRow, eventRows, TOPIC_ID } from './landing-rows.fixture.ts';
import { readLedger } from './ledger.ts';
import { countRange, healRange } from './record-ranges.ts';
import type { Store } from './store.ts';
import { migratedStore } from './testing.ts';

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl)));
afterAll(() => drop());

const range = (partition: number, first: number, last: number) => ({ topicId: TOPIC_ID, partition, first, last });
const insert = (partition: number, first: number, count: number, over: Record<string, unknown> = {}) =>
  insertEvents(store, count, eventRows(first, count, { partition, ...over }), {
    token: planToken(TOPIC_ID, partition, first, first + count - 1),
  });
const size = async (table: string, partition: number): Promise<number> => {
  const rows = await store.query<{ n: number }>(`SELECT count() AS n FROM ${table} WHERE partition = ${partition}`);
  return rows[0]?.n ?? -1;
};

test('one insert is one part, in the table and in its view’s target', async () => {
  await insert(0, 0, 250_000);
  const parts = await store.query<{ table: string; n: number; rows: number }>(
    `SELECT table, count() AS n, sum(rows) AS rows FROM system.parts WHERE database = currentDatabase() AND active
     AND table IN ('events', 'subject_events') GROUP BY table ORDER BY table`,
  );
  expect(parts).toEqual([
    { table: 'events', n: 1, rows: 250_000 },
    { table: 'subject_events', n: 1, rows: 250_000 },
  ]);
});

test('an insert repeated under its token changes nothing', async () => {
  await insert(1, 0, 100);
  await insert(1, 0, 100);
  expect([await size('events', 1), await size('subject_events', 1)]).toEqual([100, 100]);
});

test('a range that reached the table and not the view is completed out of the table, once', async () => {
  await store.command('DETACH TABLE subject_events_mv SYNC');
  await insert(2, 0, 100);
  await store.command('ATTACH TABLE subject_events_mv');
  expect([await size('events', 2), await size('subject_events', 2)]).toEqual([100, 0]);
  for (let i = 0; i < 2; i += 1) {
    await healRange(store, 'events', range(2, 0, 99));
    expect([await size('events', 2), await size('subject_events', 2)]).toEqual([100, 100]);
  }
  await insert(2, 0, 100, { category: 'as another process would say' });
  expect([await size('events', 2), await size('subject_events', 2)]).toEqual([100, 100]);
});

test('a range that crosses granules of a merged part is healed without a row more, in the table and in its views', async () => {
  const rows = 20_000; // a granule has 8,192
  await insert(9, 0, rows);
  await store.command('OPTIMIZE TABLE events FINAL');
  const windowed = async () => (await store.query('SELECT sum(events) AS n FROM window_minutes'))[0];
  const before = await windowed();
  await healRange(store, 'events', range(9, 0, rows - 1));
  expect([await size('events', 9), await size('subject_events', 9)]).toEqual([rows, rows]);
  expect(await windowed()).toEqual(before);
});

test('the view keeps accepted and late rows alone, no impressions, under the subject that contracts name', async () => {
  const rows = [
    eventRow(0, { partition: 3, outcome: 'late' }),
    eventRow(1, { partition: 3, outcome: 'duplicate' }),
    eventRow(2, { partition: 3, outcome: 'quarantined', reason: 'not_avro' }),
    eventRow(3, { partition: 3, event_type: 'identify', item_id: null }),
    eventRow(4, { partition: 3, user_id: '' }),
    eventRow(5, { partition: 3, event_type: 'history', properties: { events: '[]' } }),
    eventRow(6, { partition: 3, properties: { device: 'mobile' } }),
    eventRow(7, { partition: 3, event_type: 'impression' }),
  ];
  await insertEvents(store, rows.length, rows, { token: 'kinds' });
  expect(
    await store.query('SELECT subject, offset, history FROM subject_events WHERE partition = 3 ORDER BY offset'),
  ).toEqual([
    { subject: 'u1', offset: 0, history: '' },
    { subject: 'v1', offset: 3, history: '' },
    { subject: 'v1', offset: 4, history: '' },
    { subject: 'u1', offset: 5, history: '[]' },
    { subject: 'u1', offset: 6, history: '' },
  ]);
  expect(await store.query('SELECT subject FROM events WHERE partition = 3 AND offset = 3')).toEqual([
    { subject: 'v1' },
  ]);
});

test('what the cleaner remembers is read back in the order of the log: kept rows’ ids and each source’s newest time', async () => {
  const rows = [
    ...eventRows(0, 3, { partition: 4 }),
    eventRow(3, { partition: 4, outcome: 'duplicate' }),
    eventRow(4, { partition: 4, source: 'import', event_time: 1000 }),
  ];
  await insertEvents(store, rows.length, rows, { token: 'memory' });
  const ids = await readEventIds(store, range(4, 1, 4));
  expect(ids.map((row) => row.offset)).toEqual([1, 2, 4]);
  expect(ids[0]?.eventId).toBe('0b5c1a1e-93c1-4b39-8f3e-000000000001');
  expect(await readSourceTimes(store, range(4, 0, 4))).toEqual(
    new Map([
      ['live', EVENT_TIME + 2],
      ['import', 1000],
    ]),
  );
  expect(await countRange(store, 'events', range(4, 0, 100))).toBe(5);
  expect((await readPositions(store, 'events', TOPIC_ID)).find((p) => p.partition === 4)).toEqual({
    partition: 4,
    rows: 5,
    next: 5,
  });
});

test('the ledger counts outcomes, and shows a record that is there twice', async () => {
  await insertEvents(store, 2, eventRows(0, 2, { partition: 5 }), { token: 'a' });
  await insertEvents(store, 1, [eventRow(1, { partition: 5 })], { token: 'b' });
  const lines = await readLedger(store, { table: 'events', topicId: TOPIC_ID });
  expect(lines.filter((line) => line.partition === 5)).toEqual([
    { partition: 5, outcome: 'accepted', reason: '', rows: 3, doubled: 1 },
  ]);
});

test('the table’s enums are the contracts’ lists, in their order', async () => {
  const types = await store.query<{ name: string; type: string }>(
    `SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = 'events'`,
  );
  const enumOf = (values: readonly string[]) => `Enum8(${values.map((value, i) => `'${value}' = ${i}`).join(', ')})`;
  const typeOf = (name: string) => types.find((column) => column.name === name)?.type;
  expect(typeOf('outcome')).toBe(enumOf(outcomes));
  expect(typeOf('event_type')).toBe(enumOf(eventTypes));
});

test('a datum that is cut short, or a number that the column can’t hold, is a refusal and leaves no row', async () => {
  const cut = eventRow(0, { partition: 6 }).subarray(0, 60);
  await expect(insertEvents(store, 1, [cut], { token: 'cut' })).rejects.toMatchObject({ code: 'store_refused' });
  const huge = eventRow(0, { partition: 6, amount: 10n ** 22n });
  await expect(insertEvents(store, 1, [huge], { token: 'huge' })).rejects.toMatchObject({ code: 'store_refused' });
  expect(await size('events', 6)).toBe(0);
});
