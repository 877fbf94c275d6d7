/** The shop that the gate measures in, against rows of lists as scorers leave them. */
import { partitionKey, type Store, saveSnapshot } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore } from '@nextcart/clickhouse/testing';
import { CHANGES_KIND, createRanker, defaultConfiguration, type RankedKind, rankedKinds } from '@nextcart/ranking';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CATALOG_ID, insertCatalogue } from '../cycle.fixture.ts';
import { TOPIC_ID } from '../trainer.fixture.ts';
import { readShop } from './replayed-shop.ts';

let store: Store;
let close: () => Promise<void>;
beforeAll(async () => {
  const { drop, ...own } = await migratedStore(inject('urls').clickhouseUrl, 'replayed');
  ({ store } = own);
  close = drop;
  await insertCatalogue(store);
});
afterAll(() => close());

const read = () =>
  readShop(
    { store, attempt: (query) => query(), catalogTopicId: async () => CATALOG_ID },
    { topicId: TOPIC_ID, slice: [{ partition: 0, from: 0, to: 10 }] },
    20,
  );
const publish = (offset: number, second: number, snapshots: object, more: object = {}) =>
  store.insertRows('lists', [
    {
      ...{ topic_id: CATALOG_ID, partition: 0, offset, outcome: 'accepted', subject: 'u:1', recomm_id: `r${offset}` },
      ...{ written_at: `2026-11-01 00:00:0${second}.000`, snapshots },
      ...more,
    },
  ]);
const rule = (changes: object) => ({ trending: 'a hash', [CHANGES_KIND]: JSON.stringify(changes) });

test('lists are measured as the newest of them was ranked, but for what an offline order can not judge', async () => {
  const { configuration: first, remarks } = await read();
  expect(first).toEqual({ ...defaultConfiguration, listSize: 20, explained: 0, nextPurchases: 0 });

  await publish(0, 1, rule({ repurchaseDaysByCategory: { Tea: 7 } }));
  const policy = { repurchaseDaysByCategory: { Tea: 0 }, revenueShare: 0.5 };
  // a later row of an older list, a later tombstone and a later refused record say nothing
  await publish(2, 3, rule({ ...policy, exploration: { slots: 2, every: 5 }, nextPurchases: 7 }));
  await publish(3, 2, rule({ repurchaseDaysByCategory: { Tea: 9 } }));
  await publish(4, 4, {}, { deleted: true });
  await publish(5, 5, {}, { outcome: 'quarantined' });
  const changed = await read();
  expect(changed.configuration).toEqual({ ...first, ...policy });
  expect(changed.remarks.filter((remark) => !remarks.includes(remark))).toEqual([
    expect.stringContaining('"repurchaseDaysByCategory":{"Tea":0}'),
  ]);

  await publish(6, 6, { trending: 'a hash' });
  expect((await read()).configuration).toEqual(first);
});

describe('the catalogue is the one of when the slice began', () => {
  const BEGAN = Date.UTC(2026, 10, 27, 12);
  const LATE_ID = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e09';
  const slice = [
    { partition: 0, from: 5, to: 7 },
    { partition: 1, from: 0, to: 2 },
  ];
  const readAt = (topicId: string) =>
    readShop(
      { store, attempt: (query) => query(), catalogTopicId: async () => topicId },
      { topicId: TOPIC_ID, slice },
      20,
    );
  const event = (partition: number, offset: number, time: number) => ({
    ...({ topicId: TOPIC_ID, partition, offset, time, type: 'view', subject: 'u', item: 'old' } as const),
  });
  let offset = 0;
  const say = (topicId: string, itemId: string, at: number, price: string, more: object = {}) =>
    store.insertRows('catalog', [
      {
        ...{ topic_id: topicId, partition: 0, offset: offset++, outcome: 'accepted', item_id: itemId, title: itemId },
        ...{ appended_at: (at / 1000).toFixed(3), price },
        ...more,
      },
    ]);
  const pricesOf = ({ index, features }: Awaited<ReturnType<typeof readAt>>) =>
    Object.fromEntries(
      Array.from({ length: index.size }, (_, at) => [index.id(at), features.item(at)?.price]).filter(
        ([, price]) => price !== undefined,
      ),
    );
  const OWN_ID = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e0a';
  beforeAll(async () => {
    // the first row of the slice is the other partition's
    await insertTestEvents(
      store,
      [event(0, 4, BEGAN - 9000), event(0, 5, BEGAN + 4000), event(0, 6, BEGAN + 5000), event(1, 0, BEGAN)],
      'slice',
    );
  });

  test('nothing of what was added, repriced or removed later is seen', async () => {
    await say(OWN_ID, 'old', BEGAN - 2000, '5');
    await say(OWN_ID, 'repriced', BEGAN - 2000, '5');
    await say(OWN_ID, 'repriced', BEGAN, '6');
    await say(OWN_ID, 'repriced', BEGAN + 1, '7');
    await say(OWN_ID, 'new', BEGAN + 1, '8');
    await say(OWN_ID, 'gone before', BEGAN - 2000, '9');
    await say(OWN_ID, 'gone before', BEGAN - 1000, '0', { deleted: true });
    await say(OWN_ID, 'gone later', BEGAN - 2000, '9');
    await say(OWN_ID, 'gone later', BEGAN + 4500, '0', { deleted: true });
    const shop = await readAt(OWN_ID);
    expect(pricesOf(shop)).toEqual({ old: 50_000n, repriced: 60_000n, 'gone later': 90_000n });
    expect(shop.items).toBe(3);
    expect(shop.remarks.join()).not.toContain('catalogue');
  });

  test('where nothing of it is older the one of now stands for it, and the decision says so', async () => {
    await say(LATE_ID, 'late', BEGAN + 1, '5');
    const shop = await readAt(LATE_ID);
    expect(pricesOf(shop)).toEqual({ late: 50_000n });
    expect(shop.remarks).toContain('nothing of the catalogue is older than the slice: the one of now stands for it');
  });
});

describe('what parts without models know is the log before the slice', () => {
  const TOPIC = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e0b';
  const CATALOG = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e0c';
  const THEN = Date.UTC(2026, 10, 28, 12);
  const BEFORE = 4;
  const slice = [{ partition: 0, from: BEFORE, to: 40 }];
  const readHere = () =>
    readShop(
      { store, attempt: (query) => query(), catalogTopicId: async () => CATALOG },
      { topicId: TOPIC, slice },
      20,
    );
  const idsOf = (list: { readonly items: readonly { readonly itemId: string }[] }) =>
    list.items.map(({ itemId }) => itemId);
  beforeAll(async () => {
    const view = (offset: number, subject: string, item: string) => ({
      ...({ topicId: TOPIC, partition: 0, offset, time: THEN + offset * 1000, type: 'view', subject, item } as const),
      session: subject,
    });
    const before = [view(0, 'a', 'mug'), view(1, 'a', 'kettle'), view(2, 'b', 'mug'), view(3, 'b', 'kettle')];
    const after = Array.from({ length: 36 }, (_, at) => view(BEFORE + at, `s${at >> 1}`, at % 2 ? 'lamp' : 'mug'));
    await insertTestEvents(store, [...before, ...after], 'parts');
    await store.insertRows(
      'catalog',
      ['mug', 'kettle', 'lamp', 'sofa'].map((itemId, offset) => ({
        ...{ topic_id: CATALOG, partition: 0, offset, outcome: 'accepted', item_id: itemId, title: itemId, price: '5' },
        appended_at: (THEN / 1000 - 9).toFixed(3),
      })),
    );
  });

  const save = (kind: RankedKind, item: string, last: number) => {
    const none = { rowStart: Int32Array.of(0, 0), columns: new Int32Array(0) };
    const payload = {
      trending: { items: [item], scores: new Float32Array(4).fill(1) },
      covisits: { items: [item], ...none, weights: new Float32Array(0) },
      copurchases: { items: [item], ...none, weights: new Float32Array(0) },
      sessions: { items: [item], rowStart: Int32Array.of(0), columns: new Int32Array(0), endedAt: new Float64Array(0) },
    }[kind];
    return saveSnapshot(store, { kind, asOf: THEN, positions: { [partitionKey(TOPIC, 0)]: last }, payload });
  };

  test('made of it where a snapshot that knew it was not in force, of nothing that came later', async () => {
    const never = await readHere();
    expect(idsOf(createRanker(never).strangers(THEN))).toEqual([]);
    expect(never.remarks).toContain('there is no snapshot of trending');

    for (const kind of rankedKinds) await save(kind, 'lamp', BEFORE);
    const shop = await readHere();
    const ranker = createRanker(shop);
    expect(idsOf(ranker.strangers(THEN + BEFORE * 1000))).toEqual(['kettle', 'mug']);
    expect(idsOf(ranker.similar('mug', THEN + BEFORE * 1000))).toEqual(['kettle']);
    expect(shop.remarks).toContain(
      'made of the log before the slice, which none in force knew: trending, covisits, copurchases, sessions',
    );
  });

  test('the one that was in force, where there was one', async () => {
    await save('trending', 'sofa', BEFORE - 1);
    await save('trending', 'mug', BEFORE);
    const shop = await readHere();
    expect(idsOf(createRanker(shop).strangers(THEN))).toEqual(['sofa']);
    expect(shop.remarks.join()).toContain('none in force knew: covisits, copurchases, sessions');
  });
});
