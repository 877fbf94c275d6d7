/**
 * Chapter 3. A verdict becomes a row of `events`, and the event is never decoded on the way. Avro encodes a record as its
 * fields one after the other, so a prefix (where the record was, what became of it) and the shop's own bytes are together
 * one row in Avro. Many rows are one container, one insert, one token: inserting it again under its token changes nothing,
 * so after a crash ingest repeats what it had planned and need not know how far it came.
 */
import { randomUUID } from 'node:crypto';
import { countRange, healRange, insertEvents, readGaps, readLedger, readLedgerCounts } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import {
  avroType,
  type BehaviourEvent,
  behaviourEventCodec,
  landingPrefix,
  landingSchema,
  parseMoney,
  planToken,
} from '@nextcart/contracts';
import { emptyEventDatum } from '@nextcart/events';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

const NOW = Date.UTC(2026, 0, 5, 9, 30);
const prefixType = avroType(JSON.stringify({ type: 'record', name: 'Prefix', fields: landingPrefix }));
const view: BehaviourEvent = {
  ...{ eventId: randomUUID(), eventTime: NOW, eventType: 'view', visitorId: null, userId: 'anna', sessionId: 's1' },
  ...{ itemId: 'cup', query: null, quantity: null, amount: null, currency: null, recommId: null, properties: {} },
};
const purchase: BehaviourEvent = { ...view, eventType: 'purchase', amount: parseMoney('25.80'), currency: 'EUR' };

/** What ingest says of a record of partition 0. */
const prefixOf = (topicId: string, offset: number, over: Record<string, unknown> = {}) => ({
  ...{ topic_id: topicId, partition: 0, offset, appended_at: NOW, received_at: NOW + 3, source: 'live' },
  ...{ outcome: 'accepted', reason: '', field_path: '', raw: Buffer.alloc(0), schema_id: 1, flags: 0 },
  ...{ category: 'Kitchen', brand: '', line_amount: null, line_currency: '', base_amount: null },
  ...over,
});
/** A row: the prefix, then the record's datum as it came. */
const rowOf = (prefix: object, datum: Buffer): Buffer => Buffer.concat([prefixType.toBuffer(prefix), datum]);
const viewsOf = (topicId: string, count: number, over: Record<string, unknown> = {}): Buffer[] =>
  Array.from({ length: count }, (_, offset) =>
    rowOf(prefixOf(topicId, offset, over), behaviourEventCodec().encode(view)),
  );

let store: Awaited<ReturnType<typeof migratedStore>>['store'];
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'tour')));
afterAll(() => drop());

/** One planned batch: offsets 0 to the last. */
const land = (topicId: string, rows: readonly Buffer[]): Promise<void> =>
  insertEvents(store, rows.length, rows, { token: planToken(topicId, 0, 0, rows.length - 1) });
const countOf = async (table: string, topicId: string): Promise<number | undefined> => {
  const sql = `SELECT count() AS n FROM ${table} WHERE topic_id = {topicId:UUID}`;
  return (await store.query<{ n: number }>(sql, { topicId }))[0]?.n;
};

test('a prefix and the shop’s own bytes are one row in Avro', () => {
  const prefix = prefixOf(randomUUID(), 0, { line_amount: parseMoney('25.80') });
  const row = avroType(landingSchema()).fromBuffer(rowOf(prefix, behaviourEventCodec().encode(purchase)));
  expect(row).toMatchObject({ offset: 0, outcome: 'accepted', line_amount: 258_000n });
  expect(row).toMatchObject({ event_id: view.eventId, item_id: 'cup', amount: 258_000n, currency: 'EUR' });
});

test('ClickHouse reads the bytes as columns, money to the last digit', async () => {
  const topicId = randomUUID();
  await land(topicId, [rowOf(prefixOf(topicId, 0), behaviourEventCodec().encode(purchase))]);
  const rows = await store.query(
    'SELECT outcome, category, subject, item_id, toString(amount) AS paid FROM events WHERE topic_id = {topicId:UUID}',
    { topicId },
  );
  expect(rows).toEqual([{ outcome: 'accepted', category: 'Kitchen', subject: 'anna', item_id: 'cup', paid: '25.8' }]);
});

test('what can’t be read has a row as well: an empty event, the reason, and the bytes as they came', async () => {
  const topicId = randomUUID();
  const raw = Buffer.from('no avro');
  const refused = prefixOf(topicId, 0, { outcome: 'quarantined', reason: 'not_avro', schema_id: -1, raw });
  await land(topicId, [rowOf(refused, emptyEventDatum()), ...viewsOf(topicId, 2).slice(1)]);
  const [row] = await store.query('SELECT reason, raw FROM events WHERE topic_id = {topicId:UUID} AND offset = 0', {
    topicId,
  });
  expect(row).toEqual({ reason: 'not_avro', raw: 'no avro' });
});

test('the same batch again under its token is a no-op, for the table and for its views', async () => {
  const topicId = randomUUID();
  await land(topicId, viewsOf(topicId, 20));
  // a process that begins again reads the records later: other bytes, the same records, so the same token
  await land(topicId, viewsOf(topicId, 20, { received_at: NOW + 9000 }));
  expect([await countOf('events', topicId), await countOf('subject_events', topicId)]).toEqual([20, 20]);
});

test('a crash between the table and a view is healed by inserting the planned range once more', async () => {
  const topicId = randomUUID();
  const planned = { topicId, partition: 0, first: 0, last: 19 };
  await store.command('DETACH TABLE subject_events_mv SYNC');
  await land(topicId, viewsOf(topicId, 20));
  await store.command('ATTACH TABLE subject_events_mv');
  expect([await countRange(store, 'events', planned), await countOf('subject_events', topicId)]).toEqual([20, 0]);

  await healRange(store, 'events', planned);
  expect([await countRange(store, 'events', planned), await countOf('subject_events', topicId)]).toEqual([20, 20]);
});

test('the ledger says what became of a topic’s records', async () => {
  const topicId = randomUUID();
  const repeat = rowOf(prefixOf(topicId, 3, { outcome: 'duplicate' }), behaviourEventCodec().encode(view));
  await land(topicId, [...viewsOf(topicId, 3), repeat]);
  expect(await readLedger(store, { table: 'events', topicId })).toEqual([
    { partition: 0, outcome: 'accepted', reason: '', rows: 3, doubled: 0 },
    { partition: 0, outcome: 'duplicate', reason: '', rows: 1, doubled: 0 },
  ]);
});

test('it is compared with the broker’s own count, so that a lost row is missed and a doubled one is seen', async () => {
  const topicId = randomUUID();
  const rows = viewsOf(topicId, 5);
  await land(topicId, rows);
  // the broker says that it holds offsets 0 to 4
  const count = () =>
    readLedgerCounts(store, { table: 'events', topicId, starts: new Map([[0, 0]]), ends: new Map([[0, 5]]) });
  expect(await count()).toMatchObject([{ records: 5, doubled: 0 }]);

  await store.command('DELETE FROM events WHERE topic_id = {topicId:UUID} AND offset = 2', { topicId });
  expect(await count()).toMatchObject([{ records: 4 }]);
  const gaps = await readGaps(store, { table: 'events', topicId, partition: 0, first: 0, last: 4, limit: 10 });
  expect(gaps).toEqual([{ first: 2, last: 2 }]);

  await insertEvents(store, 1, rows.slice(4), { token: 'cut otherwise, so no token hides it' });
  expect(await count()).toMatchObject([{ records: 4, doubled: 1 }]);
});
