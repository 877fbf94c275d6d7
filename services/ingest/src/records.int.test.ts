import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readCatalog, readLists, readPublishedLists, type Store } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import {
  type CatalogItem,
  catalogItemCodec,
  createCodec,
  type RecommendationList,
  recommendationListCodec,
  schemaText,
  wireEncode,
} from '@nextcart/contracts';
import { createSchemaVersions } from '@nextcart/events';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createItemJudge, createListJudge, createRecordLander } from './land-records.ts';
import { createRecordSink } from './record-sink.ts';
import { crashAt, recordOf, runOn, START, type TestLog, testLog } from './test-log.fixture.ts';

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'records')));
afterAll(() => drop());

/** `written`: the schema that the records were written by. */
const run = (log: TestLog, table: 'catalog' | 'lists', crash?: string, written?: string) => {
  const name = table === 'catalog' ? 'catalog-item' : 'recommendation-list';
  const versions = createSchemaVersions(name);
  const judge = table === 'catalog' ? createItemJudge(versions) : createListJudge(versions);
  const lookup = async (id: number) => (id === 1 ? (written ?? schemaText(name)) : null);
  return runOn(log, store, {
    sink: createRecordSink(store, table),
    lander: createRecordLander({ topicId: log.topicId, partition: log.partition, versions, lookup, judge }),
    ...(crash === undefined ? {} : { faultPoint: crashAt(crash) }),
  });
};
const outcomesOf = (table: string, topicId: string) =>
  store.query(
    `SELECT offset, outcome, reason, deleted, length(raw) AS raw FROM ${table} WHERE topic_id = {topicId:UUID} ORDER BY offset`,
    { topicId },
  );

const item = (itemId: string, over: Partial<CatalogItem> = {}): CatalogItem => ({
  ...{
    itemId,
    title: `Title of ${itemId}`,
    description: null,
    category: ['Home', 'Kitchen'],
    brand: 'B',
    price: 99_900n,
  },
  ...{ currency: 'EUR', stock: 3, hidden: false, availableFrom: START, availableUntil: null, repurchaseDays: 0 },
  attributes: { colour: 'red' },
  ...over,
});
const list = (subject: string): RecommendationList => ({
  subject,
  recommId: `r-${subject}`,
  items: [
    {
      ...{ itemId: 'a', score: 0.5, source: 'trending', title: 'A', category: 'Home', price: 1234n, currency: 'EUR' },
      reasons: [{ kind: 'trending', subject: '', weight: 1 }],
    },
  ],
  ...{ release: 'untrained', snapshots: { trending: 'h' }, catalogPosition: '3', partition: 2, triggerOffset: 41 },
  ...{ eventTime: START, appendedAt: START + 1, receivedAt: START + 2, stateAt: START + 3, scoredAt: START + 4 },
  ...{ publishedAt: START + 5, expiresAt: START + 1000 },
  nextPurchases: [
    { itemId: 'b', probability: 0.25 },
    { itemId: 'c', probability: 0.125 },
  ],
});
const quarantines = [
  [2, 'empty_value', Buffer.alloc(0)],
  [3, 'not_avro', Buffer.from('hello there')],
  [4, 'unknown_schema', wireEncode(9, Buffer.from([1]))],
  [5, 'bad_datum', wireEncode(1, Buffer.from([40, 1]))],
] as const;

for (const crash of [undefined, 'planned', 'inserted'])
  test(`items, tombstones and unreadable records are one row each ${crash === undefined ? '' : `after a crash at '${crash}'`}`, async () => {
    const log = testLog(randomUUID(), [
      recordOf(0, wireEncode(1, catalogItemCodec().encode(item('a'))), 'a'),
      recordOf(1, wireEncode(1, catalogItemCodec().encode(item('b'))), 'b'),
      ...quarantines.map(([offset, , value]) => recordOf(offset, value, 'x')),
      recordOf(7, null, 'b'), // 6 was compacted away
      recordOf(8, wireEncode(1, catalogItemCodec().encode(item('c', { price: -1n }))), 'c'),
    ]);
    if (crash !== undefined) expect(await run(log, 'catalog', crash)).toBe('crashed');
    expect(await run(log, 'catalog')).toBe('done');
    expect(await outcomesOf('catalog', log.topicId)).toEqual([
      ...[0, 1].map((offset) => ({ offset, outcome: 'accepted', reason: '', deleted: false, raw: 0 })),
      ...quarantines.map(([offset, reason, value]) => ({
        ...{ offset, outcome: 'quarantined', reason, deleted: false, raw: value.length },
      })),
      { offset: 7, outcome: 'accepted', reason: '', deleted: true, raw: 0 },
      { offset: 8, outcome: 'quarantined', reason: 'bad_amount', deleted: false, raw: expect.any(Number) },
    ]);
    expect(await readCatalog(store, { topicId: log.topicId })).toEqual([{ partition: 0, offset: 0, item: item('a') }]);
    expect(new Set(log.letters.map(({ record }) => record.offset))).toEqual(new Set([2, 3, 4, 5, 8]));
  });

for (const crash of [undefined, 'planned', 'inserted'])
  test(`lists and tombstones are one row each ${crash === undefined ? '' : `after a crash at '${crash}'`}`, async () => {
    const log = testLog(randomUUID(), [
      recordOf(0, wireEncode(1, recommendationListCodec().encode(list('u1'))), 'u1'),
      ...quarantines.map(([offset, , value]) => recordOf(offset, value, 'x')),
      recordOf(6, null, 'u1'),
      recordOf(7, wireEncode(1, recommendationListCodec().encode(list('*'))), '*'),
    ]);
    if (crash !== undefined) expect(await run(log, 'lists', crash)).toBe('crashed');
    expect(await run(log, 'lists')).toBe('done');
    const rows = await readLists(store, { topicId: log.topicId, limit: 10 });
    const shown = { release: 'untrained', snapshots: { trending: 'h' }, catalogPosition: '3', triggerOffset: 41 };
    expect(rows).toMatchObject([
      { offset: 7, deleted: false, subject: '*', recommId: 'r-*', itemIds: ['a'], publishedAt: START + 5, ...shown },
      { offset: 6, deleted: true, subject: 'u1', itemIds: [] },
      { offset: 0, deleted: false, subject: 'u1', recommId: 'r-u1', itemIds: ['a'], totalMs: -1, ...shown },
    ]);
    const published = await readPublishedLists(store, { topicId: log.topicId, partition: log.partition }, 10);
    for (const { nextItemIds, probabilities } of published)
      expect([nextItemIds, probabilities]).toEqual([
        ['b', 'c'],
        [0.25, 0.125],
      ]);
    expect(published).toHaveLength(2);
    expect(((await outcomesOf('lists', log.topicId)) as { reason: string }[]).map(({ reason }) => reason)).toEqual([
      ...['', ...quarantines.map(([, reason]) => reason), '', ''],
    ]);
  });

test('a list of nobody is refused as a tombstone of nobody is', async () => {
  const nobodys = wireEncode(1, recommendationListCodec().encode(list('')));
  const log = testLog(randomUUID(), [recordOf(0, nobodys, 'u1'), recordOf(1, nobodys, ''), recordOf(2, null, '')]);
  expect(await run(log, 'lists')).toBe('done');
  expect(await outcomesOf('lists', log.topicId)).toMatchObject(
    [0, 1, 2].map((offset) => ({ offset, outcome: 'quarantined', reason: 'missing_subject', deleted: false })),
  );
  expect(log.letters.map(({ record, fieldPath }) => [record.offset, fieldPath])).toEqual(
    [0, 1, 2].map((offset) => [offset, 'subject']),
  );
});

test('a list of the first version is a row without next purchases', async () => {
  const first = readFileSync(new URL('../../../schemas/released/recommendation-list.v1.avsc', import.meta.url), 'utf8');
  const { nextPurchases: _, ...fields } = list('u1');
  const log = testLog(randomUUID(), [recordOf(0, wireEncode(1, createCodec<object>(first).encode(fields)), 'u1')]);
  expect(await run(log, 'lists', undefined, first)).toBe('done');
  expect(await readPublishedLists(store, { topicId: log.topicId, partition: log.partition }, 10)).toMatchObject([
    { subject: 'u1', itemIds: ['a'], nextItemIds: [], probabilities: [] },
  ]);
});
