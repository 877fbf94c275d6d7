import { migratedStore } from '@nextcart/clickhouse/testing';
import { createItemIndex } from '@nextcart/contracts';
import { defaultConfiguration } from '@nextcart/ranking';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createCatalogueAt, parsePosition } from './catalogue-at.ts';

const TOPIC = '66666666-6666-4666-8666-666666666666';
const RECORDS = 200;
const ITEMS = 12;

test('the catalogue at any position is what a count from the beginning says, wherever it was before', async () => {
  const { store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'catalogue_at');
  onTestFinished(() => drop());
  let seed = 7;
  const draw = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  // an item's records are all in one partition
  const records = [0, 1].flatMap((partition) =>
    Array.from({ length: RECORDS }, (_, offset) => ({
      ...{ topic_id: TOPIC, partition, offset, item_id: `p${partition}-${draw(ITEMS)}` },
      ...{ outcome: draw(20) === 0 ? 'quarantined' : 'accepted', deleted: draw(4) === 0, title: `title ${offset}` },
    })),
  );
  await store.insertRows('catalog', records);
  const expected = (position: readonly number[]) => {
    const items = new Map<string, string>();
    for (const { partition, offset, item_id, outcome, deleted, title } of records) {
      if (outcome !== 'accepted' || offset >= (position[partition] ?? 0)) continue;
      if (deleted) items.delete(item_id);
      else items.set(item_id, title);
    }
    return items;
  };
  const index = createItemIndex();
  const catalogue = createCatalogueAt({ store, topicId: TOPIC, index, configuration: defaultConfiguration });
  const check = (position: readonly number[]) => {
    catalogue.goTo(position);
    const items = expected(position);
    for (const { item_id } of records) {
      expect(catalogue.has(item_id)).toBe(items.has(item_id));
      expect(catalogue.features.item(index.get(item_id))?.title, `${item_id} at ${position.join()}`).toBe(
        items.get(item_id),
      );
    }
  };
  for (const [low, high] of [
    [
      [50, 20],
      [90, 60],
    ],
    [
      [60, 20],
      [120, 150],
    ],
    [
      [120, 150],
      [RECORDS, RECORDS],
    ],
    [
      [0, 10],
      [40, 30],
    ],
    [[], [7]],
  ] as const) {
    await catalogue.cover(low, high);
    for (let n = 0; n < 25; n += 1) check(high.map((end, p) => (low[p] ?? 0) + draw(1 + end - (low[p] ?? 0))));
    check(high);
  }
});

test('a position is offsets by partition', () => {
  expect(parsePosition('3,0')).toEqual([3, 0]);
  expect(parsePosition('')).toEqual([]);
});
