import type { CatalogItem, NextPurchase } from '@nextcart/contracts';
import { type Artifact, nextPurchase } from '@nextcart/models';
import { unfittedPurchases as calibration } from '@nextcart/models/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultConfiguration } from './configuration.ts';
import { anyDeeds } from './deeds.fixture.ts';
import { createModelMemory } from './models/fold-lanes.ts';
import { openPurchaseScores, type PurchaseScores } from './models/purchase-scores.ts';
import { knownIds, releaseLike, serving } from './models/release.fixture.ts';
import { openReleaseModels, type ReleaseModels } from './models/release-models.ts';
import { createRanker } from './ranker.ts';
import { type Deed, historyOf, NOW, openShop, type Shop, shopIds, shopItems } from './shop.fixture.ts';

const SIZE = 5;
const artifact = releaseLike(1, serving, calibration);
const shelved: readonly CatalogItem[] = shopItems.map((item, at) => ({
  ...item,
  stock: at % 9 === 0 ? 0 : null,
  hidden: at % 11 === 0,
  ...(at % 13 === 1 && { repurchaseDays: 0 }),
}));
const shop = openShop({ items: shelved });
let models: ReleaseModels;
let scores: PurchaseScores;
beforeAll(async () => {
  models = await openReleaseModels(artifact, { index: shop.index, threads: 1, batch: 8, nextPurchases: true });
  scores = (await openPurchaseScores(artifact, { index: shop.index, threads: 1, batch: 1 })) as PurchaseScores;
});
afterAll(async () => {
  await models.close();
  await scores.close();
});

const rankerOf = ({ index, features, parts }: Shop, nextPurchases = SIZE) =>
  createRanker({
    ...{ index, features, parts, modelWeights: serving.weights },
    configuration: { ...defaultConfiguration, nextPurchases },
  });
const listOf = async (of: Shop, by: ReleaseModels, deeds: readonly Deed[], nextPurchases = SIZE) => {
  const history = historyOf(of.index, deeds);
  const [opinions] = await by.opine([{ history, memory: createModelMemory() }]);
  return rankerOf(of, nextPurchases).rank([{ history, now: NOW, ...(opinions && { opinions }) }])[0];
};

/** The slow way: all items by all scores; then those that the whole list may show. */
const expectedOf = async (deeds: readonly Deed[]) => {
  const history = historyOf(shop.index, deeds);
  const all = nextPurchase(await scores.score([history]), calibration, knownIds.length);
  const everything = createRanker({
    ...{ index: shop.index, features: shop.features, parts: shop.parts, modelWeights: { trending: 1, recurrent: 1 } },
    configuration: { ...defaultConfiguration, listSize: shopIds.length },
  });
  const [opinions] = await models.opine([{ history, memory: createModelMemory() }]);
  const [list] = everything.rank([{ history, now: NOW, ...(opinions && { opinions }) }]);
  const shown = new Set(list?.items.map(({ itemId }) => itemId));
  return [...all.items]
    .map((item, place) => ({ itemId: knownIds[item] as string, probability: all.chances[place] as number }))
    .filter(({ itemId }) => shown.has(itemId))
    .slice(0, SIZE);
};

const expectSame = (found: readonly NextPurchase[], expected: readonly NextPurchase[]) => {
  expect(found.map(({ itemId }) => itemId)).toEqual(expected.map(({ itemId }) => itemId));
  // a chance that lies at the edge of a step may fall on either side of it
  found.forEach(({ probability }, at) =>
    expect(Math.abs(probability - (expected[at]?.probability ?? 0))).toBeLessThan(1.2e-4),
  );
};

test('the likeliest items by softmax over the whole catalogue, without those that may not be shown', async () => {
  let filtered = 0;
  await fc.assert(
    fc.asyncProperty(anyDeeds, async (deeds) => {
      const found = (await listOf(shop, models, deeds))?.nextPurchases ?? [];
      expectSame(found, await expectedOf(deeds));
      expect(found.map(({ probability }) => probability)).toEqual(
        found.map(({ probability }) => probability).toSorted((a, b) => b - a),
      );
      if (found.length > 0 && deeds.some(([type]) => type === 'dismiss' || type === 'purchase')) filtered += 1;
    }),
    { numRuns: 40 },
  );
  expect(filtered).toBeGreaterThan(5);
});

test.each<[string, Deed[]]>([
  ['dismissed', [['dismiss', 'x', 1]]],
  ['bought a moment ago', [['purchase', 'x', 1]]],
])('the likeliest item that was %s is not among them, and its chance goes to nobody', async (_, deeds) => {
  const view: Deed = ['view', shopIds[12] as string, 3];
  const likeliest = (
    await listOf(shop, models, [view, ...deeds.map(([type]): Deed => [type, shopIds[15] as string, 1])])
  )?.nextPurchases[0]?.itemId as string;
  const own = deeds.map(([type]): Deed => [type, likeliest, 1]);
  const found = (await listOf(shop, models, [view, ...own]))?.nextPurchases ?? [];
  expect(found.map(({ itemId }) => itemId)).not.toContain(likeliest);
  expect(found).toHaveLength(SIZE);
  expectSame(found, await expectedOf([view, ...own]));
});

test('the same in any batch, and in a process that saw the items in another order', async () => {
  const other = openShop({ items: shelved, order: [...shopIds].reverse() });
  const theirs = await openReleaseModels(artifact, { index: other.index, threads: 2, batch: 3, nextPurchases: true });
  await fc.assert(
    fc.asyncProperty(fc.array(anyDeeds, { minLength: 1, maxLength: 8 }), async (batch) => {
      const asked = batch.map((deeds) => ({ history: historyOf(shop.index, deeds), memory: createModelMemory() }));
      const opinions = await models.opine(asked);
      const lists = rankerOf(shop).rank(
        asked.map(({ history }, at) => ({ history, now: NOW, ...(opinions[at] && { opinions: opinions[at] }) })),
      );
      const next = lists.map(({ nextPurchases }) => nextPurchases);
      for (const [at, deeds] of batch.entries())
        expect((await listOf(other, theirs, deeds))?.nextPurchases).toEqual(next[at]);
    }),
    { numRuns: 15 },
  );
  await theirs.close();
});

test('a shorter list is the beginning of a longer one', async () => {
  const deeds: Deed[] = [['view', shopIds[5] as string, 3]];
  const long = (await listOf(shop, models, deeds, 12))?.nextPurchases;
  expect(long).toHaveLength(12);
  expect((await listOf(shop, models, deeds, 4))?.nextPurchases).toEqual(long?.slice(0, 4));
});

describe('there are none', () => {
  const deeds: Deed[] = [['view', shopIds[5] as string, 3]];
  const nothing = async (release: Artifact, nextPurchases: boolean, size = SIZE) => {
    const opened = await openReleaseModels(release, { index: shop.index, threads: 1, batch: 2, nextPurchases });
    const list = await listOf(shop, opened, deeds, size);
    await opened.close();
    expect(list?.nextPurchases).toEqual([]);
    return list?.items;
  };
  test('without a calibration, where nobody asks, and where models know no purchases; the list is the same', async () => {
    const items = (await listOf(shop, models, deeds))?.items;
    expect(await nothing(releaseLike(), true)).toEqual(items);
    expect(await nothing(artifact, false)).toEqual(items);
    expect(await nothing(artifact, true, 0)).toEqual(items);
    const types = serving.types.filter((type) => type !== 'purchase');
    const bag = { ...serving.bag, weights: serving.bag.weights.slice(1) };
    await nothing(releaseLike(1, { ...serving, types, bag }, calibration), true);
  });

  test('where nobody ever bought at such a chance', async () => {
    const isotonic = { from: Float64Array.of(0, 0.9), heights: Float64Array.of(0, 0.5) };
    await nothing(releaseLike(1, serving, { temperature: 1, isotonic }), true);
  });

  test('for strangers and beside items', () => {
    const { strangers, similar } = rankerOf(shop);
    expect(strangers(NOW).nextPurchases).toEqual([]);
    expect(similar(shopIds[3] as string, NOW).nextPurchases).toEqual([]);
  });
});
