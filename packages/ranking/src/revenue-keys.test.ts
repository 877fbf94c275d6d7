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
import { createRevenueKeys } from './revenue-keys.ts';
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

describe('prices in several currencies', () => {
  /** Every third item in dollars, which are worth as much as `perEuro` says; some of no currency that is named. */
  const mixedShop = (perEuro: bigint, order?: readonly string[]) =>
    openShop({
      items: priced.map((item, at) => {
        const currency = at % 3 === 1 ? 'USD' : at % 7 === 6 ? null : item.currency;
        return { ...item, currency, price: currency === 'USD' && item.price ? item.price * perEuro : item.price };
      }),
      ...(order && { order }),
    });
  const silently = (of: Shop, deeds: readonly Deed[]) => listOf(deeds, { revenueShare: 0.7 }, { of, by: silent });

  test('each counts against the mean of its own, and one without a price as that mean', async () => {
    const of = mixedShop(100n);
    await fc.assert(
      fc.asyncProperty(anyDeeds, async (deeds) => {
        const { items } = await silently(of, deeds);
        const logs = items.map(({ itemId, score }) => {
          const { price, currency } = of.items.get(itemId) as CatalogItem;
          return { score, currency, log: price === null ? undefined : Math.log(Number(price)) };
        });
        const groups = Map.groupBy(
          logs.filter(({ log }) => log !== undefined),
          ({ currency }) => currency,
        );
        expect(groups.size).toBe(3);
        const keys = logs.map(({ score, currency, log }) => {
          const group = groups.get(currency) ?? [];
          const mean = group.reduce((sum, each) => sum + (each.log as number), 0) / group.length;
          return score + 0.7 * ((log ?? mean) - mean);
        });
        keys.slice(1).forEach((key, at) => expect(key).toBeLessThan((keys[at] as number) + 1e-5));
      }),
      { numRuns: 15 },
    );
  });

  test('what a unit of one is worth in another moves nothing', async () => {
    const [cents, dollars] = [mixedShop(1n), mixedShop(4096n)];
    const deeds: Deed[] = [['view', shopIds[3] as string, 1]];
    expect(ids(await silently(dollars, deeds))).toEqual(ids(await silently(cents, deeds)));
  });

  test('the order is the same in a process that saw currencies in another order', async () => {
    const deeds: Deed[] = [['view', shopIds[3] as string, 1]];
    const of = mixedShop(100n, [...shopIds].reverse());
    const by = await openReleaseModels(releaseLike(), { index: of.index, threads: 1, batch: 1, nextPurchases: true });
    const theirs = await listOf(deeds, { revenueShare: 0.7 }, { of, by });
    expect(ids(theirs)).toEqual(ids(await silently(mixedShop(100n), deeds)));
    await by.close();
  });

  test('of one currency, named or not, keys are to the bit what they are where none is told apart', () => {
    const MICRO = 1e6;
    const price = fc.oneof(fc.constant(Number.NaN), fc.constant(0), fc.integer({ min: 1, max: 1e9 }));
    const item = fc.record({ price, fused: fc.nat(3e6), millionths: fc.oneof(fc.constant(0), fc.nat(1e6)) });
    fc.assert(
      fc.property(fc.array(item, { minLength: 1 }), fc.double({ min: 0.01, max: 3, noNaN: true }), (of, share) => {
        const slots = Int32Array.from(of.keys());
        const columns = { price: of.map((one) => one.price), currency: of.map(() => 7) };
        const keysOf = createRevenueKeys({ columns } as never, share);
        const purchases = { millionths: (at: number) => of[at]?.millionths ?? 0 };
        const keys = keysOf(
          { items: slots, length: of.length } as never,
          Float64Array.from(of, ({ fused }) => fused),
          slots,
          purchases as never,
        );
        const logs = of.map((one) => Math.log(one.price)).filter(Number.isFinite);
        const mean = logs.length > 0 ? logs.reduce((sum, log) => sum + log, 0) / logs.length : 0;
        const ofPrice = (value: number) => (Number.isFinite(Math.log(value)) ? Math.log(value) : mean) - mean;
        const plain = of.map(
          ({ price: value, fused, millionths }) =>
            Math.round(share * ofPrice(value) * MICRO) +
            (millionths > 0 ? Math.round(Math.log(millionths) * MICRO) : fused),
        );
        const isKnown = (_: number, at: number) => (of[at]?.millionths ?? 0) > 0;
        const last = Math.min(...plain.filter(isKnown));
        const first = Math.max(...plain.filter((key, at) => !isKnown(key, at)));
        const back = last < Infinity && first > -Infinity ? Math.max(0, first - last + 1) : 0;
        expect([...keys.subarray(0, of.length)]).toEqual(plain.map((key, at) => (isKnown(key, at) ? key : key - back)));
      }),
      { numRuns: 300 },
    );
  });
});

test('models are asked for chances where they are listed or ordered by', () => {
  const asks = (nextPurchases: number, revenueShare: number) => asksForPurchases({ nextPurchases, revenueShare });
  expect([asks(0, 0), asks(5, 0), asks(0, 0.1)]).toEqual([false, true, true]);
});
