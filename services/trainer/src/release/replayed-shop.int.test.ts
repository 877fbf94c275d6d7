/** The shop that the gate measures in, against rows of lists as scorers leave them. */
import type { Store } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import { CHANGES_KIND, defaultConfiguration } from '@nextcart/ranking';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
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
