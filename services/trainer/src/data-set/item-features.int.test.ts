import type { Store } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore, type TestEvent } from '@nextcart/clickhouse/testing';
import { type ContentItem, catalogueFields, fieldDefaults, queryFields } from '@nextcart/models';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { withItemFeatures } from './item-features.ts';
import { readDataSet } from './read-data-set.ts';
import { itemFieldNames } from './settings.ts';

const TOPIC_ID = '3c0f5c9a-55b7-4f0e-8a51-0f4b1d2e7a05';
const CATALOG_IDS = ['3c0f5c9a-55b7-4f0e-8a51-0f4b1d2e7a06', '3c0f5c9a-55b7-4f0e-8a51-0f4b1d2e7a07'];
const NOW = Date.UTC(2026, 10, 24);
const COLUMNS = 512;
const settings = {
  events: { search: { target: 0, bag: 0 }, view: { target: 1, bag: 1 } },
  ...{ minItemSupport: 1, searchFeatures: COLUMNS, itemFields: [...itemFieldNames] },
};
const ITEMS = ['i1', 'i2', 'ü3', 'i4', 'i5'];

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'item_features')));
afterAll(() => drop());
const empty = async () => {
  for (const table of ['events', 'catalog']) await store.command(`TRUNCATE TABLE ${table}`);
};
beforeEach(empty);

interface CatalogRecord {
  readonly topic: number;
  readonly item: string;
  /** Seconds after `NOW`. */
  readonly at: number;
  readonly deleted: boolean;
  readonly accepted: boolean;
  readonly content: Omit<ContentItem, 'price'> & { readonly price: number | null };
}
const content = fc.record({
  title: fc.constantFrom('Blue cup', 'Red cup', 'Tea pot', ''),
  category: fc.constantFrom<string[][]>([], ['Home'], ['Home', 'Cups']),
  brand: fc.constantFrom('', 'Fernby'),
  price: fc.constantFrom(null, 1, 2.5, 40),
  currency: fc.constantFrom('EUR', 'SEK'),
});
const record = fc.record({
  topic: fc.nat(1),
  item: fc.constantFrom(...ITEMS),
  at: fc.nat(100),
  deleted: fc.boolean(),
  accepted: fc.boolean(),
  content,
});

/** A recreated topic begins when the one before has ended. */
const timed = (records: readonly CatalogRecord[]): CatalogRecord[] =>
  records.map((one) => ({ ...one, at: one.at + 101 * one.topic })).sort((a, b) => a.at - b.at);
const insertRecords = (records: readonly CatalogRecord[], token: string, first = 0) =>
  store.insertRows(
    'catalog',
    records.map(({ topic, item, at, deleted, accepted, content: { title, category, brand, price, currency } }, i) => ({
      ...{ topic_id: CATALOG_IDS[topic], partition: 0, offset: first + i, appended_at: (NOW / 1000 + at).toFixed(3) },
      ...{ outcome: accepted ? 'accepted' : 'quarantined', deleted, item_id: item },
      ...(!deleted && { title, category, brand: brand || null, price: price?.toFixed(4) ?? null, currency }),
    })),
    { token },
  );
/** Told record by record. */
const catalogueAt = (records: readonly CatalogRecord[], cut: number): Map<string, ContentItem> => {
  const known = new Map<string, ContentItem>();
  for (const { item, at, deleted, accepted, content } of records)
    if (at <= cut && accepted && !deleted) known.set(item, { ...content, price: content.price ?? Number.NaN });
  return known;
};
const views = (cut: number): TestEvent[] =>
  [...ITEMS, 'stranger'].map((item, offset) => ({
    ...{ topicId: TOPIC_ID, partition: 0, offset, time: NOW + 1000 * (cut - ITEMS.length + offset), subject: 'u1' },
    ...{ type: 'view', item },
  }));
const log = { topicId: TOPIC_ID, ranges: [{ partition: 0, from: 0, to: ITEMS.length + 1 }] };
const read = async () => withItemFeatures(store, log, await readDataSet(store, log, settings), settings);

test('items are known as the catalogue had them at the end of the slices; what it says later changes no byte', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 40 }), fc.nat(210), async (drafts, cut) => {
      await empty();
      const records = timed(drafts);
      const [before, after] = [records.filter(({ at }) => at <= cut), records.filter(({ at }) => at > cut)];
      await insertTestEvents(store, views(cut), 'views');
      await insertRecords(before, 'before');
      const data = await read();
      const among = new Map([...catalogueAt(records, cut)].sort(([a], [b]) => (a < b ? -1 : 1)));
      expect(data.itemFeatures).toEqual(
        catalogueFields(data.itemIds, among, { buckets: COLUMNS, weights: fieldDefaults }),
      );
      await insertRecords(after, 'after', before.length);
      // and an event that no slice has
      await insertTestEvents(store, [{ ...(views(300).at(-1) as TestEvent), offset: 99 }], 'later');
      expect(await read()).toEqual(data);
    }),
    { numRuns: 25 },
  );
});

test('an item and a search for its words share rows, and what is not named is not known', async () => {
  const cup = { title: 'Blue cup', category: ['Home'], brand: 'Fernby', price: 3, currency: 'EUR' };
  await insertTestEvents(store, views(10), 'views');
  await insertRecords([{ topic: 0, item: 'i1', at: 0, deleted: false, accepted: true, content: cup }], 'cup');
  const columnsOf = async (itemFields: typeof settings.itemFields) => {
    const data = await withItemFeatures(store, log, await readDataSet(store, log, settings), {
      ...settings,
      itemFields,
    });
    const { rowStart, columns } = data.itemFeatures ?? { rowStart: new Int32Array(9), columns: new Int32Array(0) };
    const item = data.itemIds.indexOf('i1');
    return new Set(columns.subarray(rowStart[item], rowStart[item + 1]));
  };
  const { columns: asked } = queryFields(['blue fernby'], { buckets: COLUMNS });
  const words = await columnsOf(['words', 'grams']);
  expect([...asked].filter((column) => !words.has(column))).toEqual([]);
  expect((await columnsOf(['brand'])).size).toBe(1);
  expect((await columnsOf([])).size).toBe(0);
});

test('a store that is away is asked again', async () => {
  await insertTestEvents(store, views(10), 'views');
  const data = await readDataSet(store, log, settings);
  let calls = 0;
  const flaky: Store = {
    ...store,
    query: async <T>(...args: Parameters<Store['query']>) => {
      calls += 1;
      if (calls === 1) throw new Error('away');
      return store.query<T>(...args);
    },
  };
  const again = async <T>(query: () => Promise<T>): Promise<T> => query().catch(() => again(query));
  const { itemFeatures } = await withItemFeatures(flaky, log, data, settings, again);
  expect(itemFeatures?.rowStart).toHaveLength(data.itemIds.length + 1);
});
