import type { CatalogItem } from '@nextcart/contracts';
import { unfittedPurchases as calibration } from '@nextcart/models/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asksForPurchases, defaultConfiguration, type RankingConfiguration } from './configuration.ts';
import { anyDeeds } from './deeds.fixture.ts';
import { createModelMemory } from './models/fold-lanes.ts';
import { openPurchaseScores, type PurchaseScores } from './models/purchase-scores.ts';
import { knownIds, releaseLike, serving } from './models/release.fixture.ts';
import { openReleaseModels, type ReleaseModels } from './models/release-models.ts';
import { createRanker, type RankedList } from './ranker.ts';
import { type Deed, historyOf, NOW, openShop, type Shop, shopIds, shopItems } from './shop.fixture.ts';

const priced: readonly CatalogItem[] = shopItems.map((item, at) => ({
  ...item,
  price: at % 12 === 5 ? null : item.price,
  hidden: at % 11 === 0,
}));
const shop = openShop({ items: priced });
const artifact = releaseLike(1, serving, calibration);
let models: ReleaseModels;
/** Has no chances of purchases. */
let silent: ReleaseModels;
let scores: PurchaseScores;
beforeAll(async () => {
  const deps = { index: shop.index, threads: 1, batch: 8, explained: 8, nextPurchases: true };
  models = await openReleaseModels(artifact, deps);
  silent = await openReleaseModels(releaseLike(), deps);
  scores = (await openPurchaseScores(artifact, { index: shop.index, threads: 1, batch: 1 })) as PurchaseScores;
});
afterAll(async () => {
  for (const opened of [models, silent, scores]) await opened.close();
});

const ALL = { listSize: shopIds.length, diversity: { ...defaultConfiguration.diversity, lambda: 1 } };
const listOf = async (
  deeds: readonly Deed[],
  changes: Partial<RankingConfiguration>,
  { of = shop, by = models, weights = serving.weights }: Partial<{ of: Shop; by: ReleaseModels; weights: object }> = {},
): Promise<RankedList> => {
  const history = historyOf(of.index, deeds);
  const [opinions] = await by.opine([{ history, memory: createModelMemory() }]);
  const { index, features, parts } = of;
  const configuration = { ...defaultConfiguration, ...ALL, ...changes };
  const ranker = createRanker({ index, features, parts, modelWeights: weights, configuration });
  return ranker.rank([{ history, now: NOW, ...(opinions && { opinions }) }])[0] as RankedList;
};

/** ln of an item's chance by softmax over all items that the release knows, and of its price; the slow way. */
const logsOf = async (deeds: readonly Deed[]) => {
  const all = await scores.score([historyOf(shop.index, deeds)]);
  const total = all.reduce((sum, score) => sum + Math.exp(score / calibration.temperature), 0);
  const chances = new Map(
    knownIds.map((id, at) => [id, (all[at] as number) / calibration.temperature - Math.log(total)]),
  );
  const of = (ids: readonly string[]) => {
    const known = ids.map((id) => Number(shop.items.get(id)?.price ?? Number.NaN)).filter((price) => price > 0);
    const mean = known.reduce((sum, price) => sum + Math.log(price), 0) / known.length;
    const priceOf = (id: string) => Math.log(Number(shop.items.get(id)?.price ?? Math.exp(mean)));
    return ids.map((id) => ({ id, chance: chances.get(id), price: priceOf(id) }));
  };
  return { of, likeliest: Math.max(...chances.values()) };
};
const ids = (list: RankedList) => list.items.map(({ itemId }) => itemId);

test.each([1, 0.3, 2.5])(
  'with a share of %d the order is by chance × price to that power, over all that may be shown',
  async (share) => {
    let moved = 0;
    await fc.assert(
      fc.asyncProperty(anyDeeds, async (deeds) => {
        const list = await listOf(deeds, { revenueShare: share });
        const { of, likeliest } = await logsOf(deeds);
        const logs = of(ids(list));
        // chances are told in millionths of the likeliest; and models, who count in floats, know them to some millionths
        const slackOf = (chance: number) => Math.log1p(0.5e-6 / Math.exp(chance - likeliest)) + 1e-5;
        const known = logs.flatMap(({ chance, price }) =>
          chance === undefined ? [] : [{ worth: chance + share * price, slack: slackOf(chance) }],
        );
        expect(known.length).toBeGreaterThan(25);
        known.slice(1).forEach(({ worth, slack }, at) => {
          const before = known[at] as (typeof known)[number];
          expect(worth).toBeLessThan(before.worth + before.slack + slack);
        });
        const plain = await listOf(deeds, { revenueShare: 0 });
        expect(new Set(ids(list))).toEqual(new Set(ids(plain)));
        expect(list.filtered).toEqual(plain.filtered);
        // what is shown of an item stays the same
        const shown = new Map(plain.items.map((item) => [item.itemId, item]));
        for (const item of list.items) expect(item).toEqual(shown.get(item.itemId));
        if (ids(list).join() !== ids(plain).join()) moved += 1;
      }),
      { numRuns: 25 },
    );
    expect(moved).toBeGreaterThan(15);
  },
);

test('what the release does not know comes behind all that it gives a chance, by fused score and price', async () => {
  const deeds: Deed[] = [
    ['view', shopIds[38] as string, 3],
    ['cart', shopIds[39] as string, 2],
  ];
  for (const share of [0.01, 1, 30]) {
    const list = await listOf(deeds, { revenueShare: share });
    const behind = list.items.slice(-3);
    expect(new Set(behind.map(({ itemId }) => itemId))).toEqual(new Set(shopIds.slice(-3)));
    const keys = behind.map(({ score, price }) => score + share * Math.log(Number(price)));
    expect(keys).toEqual(keys.toSorted((a, b) => b - a));
  }
});

test('the likeliest to be bought are candidates, whoever else names them', async () => {
  const bare = openShop({ items: priced, snapshots: {} });
  const own = await openReleaseModels(artifact, { index: bare.index, threads: 1, batch: 1, nextPurchases: true });
  const deeds: Deed[] = [['search', 'nothing of the kind', 1]];
  const from = { of: bare, by: own, weights: { trending: 1 } };
  expect(ids(await listOf(deeds, { revenueShare: 0 }, from))).toEqual([]);
  expect(ids(await listOf(deeds, { revenueShare: 1 }, from)).length).toBeGreaterThan(30);
  await own.close();
});

describe('chances change nothing', () => {
  const text = (list: RankedList) => JSON.stringify(list, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v));

  test('without a share, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(anyDeeds, async (deeds) => {
        const changes = { revenueShare: 0, nextPurchases: 0 };
        expect(text(await listOf(deeds, changes))).toBe(text(await listOf(deeds, changes, { by: silent })));
      }),
      { numRuns: 15 },
    );
  });

  test('where the release has none: the order is by fused score and ln(price)', async () => {
    const share = 0.7;
    await fc.assert(
      fc.asyncProperty(anyDeeds, async (deeds) => {
        const list = await listOf(deeds, { revenueShare: share }, { by: silent });
        const prices = new Map((await logsOf(deeds)).of(ids(list)).map(({ id, price }) => [id, price]));
        const keys = list.items.map(({ itemId, score }) => score + share * (prices.get(itemId) as number));
        keys.slice(1).forEach((key, at) => expect(key).toBeLessThan((keys[at] as number) + 1e-5));
        expect(ids(await listOf(deeds, { revenueShare: share }))).not.toEqual(ids(list));
      }),
      { numRuns: 15 },
    );
  });

  test('of lists that no models have a word in', async () => {
    const { index, features, parts } = shop;
    const configuration = { ...defaultConfiguration, ...ALL, revenueShare: 0.7 };
    const [one, other] = [undefined, serving.weights].map((modelWeights) =>
      createRanker({ index, features, parts, configuration, modelWeights }),
    );
    expect(text(one?.strangers(NOW) as RankedList)).toBe(text(other?.strangers(NOW) as RankedList));
    expect(one?.strangers(NOW).items.length).toBeGreaterThan(30);
  });
});

test('the same in a process that saw the items in another order', async () => {
  const other = openShop({ items: priced, order: [...shopIds].reverse() });
  const theirs = await openReleaseModels(artifact, { index: other.index, threads: 2, batch: 3, nextPurchases: true });
  await fc.assert(
    fc.asyncProperty(anyDeeds, async (deeds) => {
      const changes = { revenueShare: 1, listSize: 12, diversity: defaultConfiguration.diversity };
      const list = await listOf(deeds, changes, { of: other, by: theirs });
      expect(ids(list)).toEqual(ids(await listOf(deeds, changes)));
    }),
    { numRuns: 15 },
  );
  await theirs.close();
});

test('models are asked for chances where they are listed or ordered by', () => {
  const asks = (nextPurchases: number, revenueShare: number) => asksForPurchases({ nextPurchases, revenueShare });
  expect([asks(0, 0), asks(5, 0), asks(0, 0.1)]).toEqual([false, true, true]);
});
