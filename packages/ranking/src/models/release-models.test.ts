import { createItemIndex, foldStart, MAX_FOLDED, type SubjectHistory } from '@nextcart/contracts';
import {
  createAutoencoderScorer,
  createRecurrentScorer,
  gap,
  hour,
  NO_ITEM,
  queryFields,
  queryWords,
  toCommonScale,
  weekday,
} from '@nextcart/models';
import { untrainedAutoencoder } from '@nextcart/models/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultConfiguration } from '../configuration.ts';
import { anyDeeds } from '../deeds.fixture.ts';
import { createRanker } from '../ranker.ts';
import { type Deed, historyOf, NOW, openShop, shopIds } from '../shop.fixture.ts';
import { createModelMemory } from './fold-lanes.ts';
import type { Opinions } from './opinions.ts';
import { knownIds, releaseLike, serving } from './release.fixture.ts';
import { openReleaseModels, type ReleaseModels } from './release-models.ts';

const shop = openShop();
const artifact = releaseLike();
let models: ReleaseModels;
beforeAll(async () => {
  models = await openReleaseModels(artifact, { index: shop.index, threads: 1, batch: 8, explained: 8 });
});
afterAll(() => models.close());

const said = (opinions: Opinions | undefined) =>
  shopIds.map((id) => opinions?.sources.map((_, source) => opinions.of(source, shop.index.get(id))));
const opine = async (deeds: readonly Deed[]) => {
  const [opinions] = await models.opine([{ history: historyOf(shop.index, deeds), memory: createModelMemory() }]);
  return said(opinions);
};

test.each(['linear', 'gru'] as const)(
  'what the recurrent model (%s) says is its score of the fold, event by event, on the common scale',
  async (recurrence) => {
    const release = releaseLike(1, serving, undefined, recurrence);
    const { recurrent } = release.models;
    if (recurrent === undefined) throw new Error('no model');
    const scorer = await createRecurrentScorer(recurrent, { batch: 1, threads: 1 });
    const deeds: Deed[] = [
      ['search', 'red coffee', 90],
      ['view', shopIds[3] as string, 60],
      ['impression', shopIds[5] as string, 50],
      ['view', shopIds.at(-1) as string, 30],
      ['cart', shopIds[4] as string, 1],
    ];
    const seen = deeds.filter(([type]) => type !== 'impression');
    const times = seen.map(([, , minutes]) => NOW - minutes * 60_000);
    const facts = { priceDeciles: [], since: [], amountLimits: () => undefined };
    const column = { times, types: [], items: [], amounts: [] };
    const tokens = queryFields(['red coffee', null, null, null], { buckets: serving.searchFeatures });
    const states = await scorer.fold(
      {
        rowStart: Int32Array.of(0, 4),
        items: Int32Array.of(NO_ITEM, 3, NO_ITEM, 4),
        types: Uint8Array.of(0, 1, 1, 3),
        gaps: Uint8Array.from(times, (_, k) => gap.of(column, k, facts)),
        hours: Uint8Array.from(times, (_, k) => hour.of(column, k, facts)),
        weekdays: Uint8Array.from(times, (_, k) => weekday.of(column, k, facts)),
        tokens,
      },
      Int32Array.of(0),
    );
    const z = new Float32Array(knownIds.length);
    toCommonScale(await scorer.score(states, 1), 'logits', new Int32Array(0), z);
    await scorer.close();
    const served = await openReleaseModels(release, { index: shop.index, threads: 1, batch: 8, explained: 8 });
    const [opinions] = await served.opine([{ history: historyOf(shop.index, deeds), memory: createModelMemory() }]);
    const found = said(opinions);
    await served.close();
    knownIds.forEach((_, item) => expect(found[item]?.[1]).toBeCloseTo(z[item] as number, 3));
    // items that came after the release: no opinion
    for (const unknown of found.slice(knownIds.length)) expect(unknown).toEqual([0, 0]);
  },
);

/** Histories as folds cut them. */
const cut = (deeds: readonly Deed[], count: number): SubjectHistory => {
  const history = historyOf(shop.index, deeds.slice(foldStart(count), count));
  const offsets = history.offsets.map((offset) => offset + foldStart(count));
  return { ...history, count, offsets };
};
const view = (n: number): Deed => ['view', shopIds[(n * 7) % shopIds.length] as string, 400 - n];

describe('opinions are a function of history and release', () => {
  test('kept from event to event over several steps of the fold, or made anew: the same bits', async () => {
    const deeds = Array.from({ length: 2 * MAX_FOLDED }, (_, n) => view(n));
    const kept = createModelMemory();
    for (const count of [1, 2, 5, 6, 63, 64, 65, 127, 128, 129, 190, 200, 254]) {
      const history = cut(deeds, count);
      const [hot] = await models.opine([{ history, memory: kept }]);
      const before = said(hot);
      const [cold] = await models.opine([{ history, memory: createModelMemory() }]);
      expect(said(cold)).toEqual(before);
    }
  });

  test('a memory of another subject, release or stretch of the fold is of no consequence', async () => {
    const other = await openReleaseModels(releaseLike(2), { index: shop.index, threads: 1, batch: 2 });
    await fc.assert(
      fc.asyncProperty(anyDeeds, anyDeeds, async (first, second) => {
        const memory = createModelMemory();
        await other.opine([{ history: historyOf(shop.index, first), memory }]);
        const [after] = await models.opine([{ history: historyOf(shop.index, second), memory }]);
        expect(said(after)).toEqual(await opine(second));
      }),
      { numRuns: 20 },
    );
    await other.close();
  });

  test('alone or in a batch', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyDeeds, { minLength: 1, maxLength: 8 }), async (batch) => {
        const asked = batch.map((deeds) => ({ history: historyOf(shop.index, deeds), memory: createModelMemory() }));
        const together = (await models.opine(asked)).map(said);
        for (const [n, deeds] of batch.entries()) expect(together[n]).toEqual(await opine(deeds));
      }),
      { numRuns: 15 },
    );
  });
});

test('an autoencoder without columns for searches is asked by items alone, whatever its bags weigh searches', async () => {
  const release = releaseLike();
  const without = { ...release, models: { ...release.models, autoencoder: untrainedAutoencoder(knownIds.length) } };
  const old = await openReleaseModels(without, { index: shop.index, threads: 1, batch: 2 });
  const looked: Deed[] = [['view', shopIds[3] as string, 5]];
  const searched: Deed[] = [...looked, ['search', 'green tea', 4]];
  const [plain, more] = await old.opine(
    [looked, searched].map((deeds) => ({ history: historyOf(shop.index, deeds), memory: createModelMemory() })),
  );
  const [AUTOENCODER, RECURRENT] = [0, 1];
  for (const item of [0, 5]) {
    expect(more?.of(AUTOENCODER, item)).toBeCloseTo(plain?.of(AUTOENCODER, item) as number, 6);
    expect(more?.of(RECURRENT, item)).not.toBeCloseTo(plain?.of(RECURRENT, item) as number, 6);
  }
  await old.close();
});

describe('what had been without an event', () => {
  const { recurrent, autoencoder } = artifact.models;
  if (recurrent === undefined || autoencoder === undefined) throw new Error('no models');
  const deeds: Deed[] = Array.from({ length: 12 }, (_, n) =>
    n === 7 ? ['search', 'green tea', 60 - n] : [n % 3 === 0 ? 'cart' : 'view', shopIds[(n * 5) % 9] as string, 60 - n],
  );
  const times = deeds.map(([, , minutes]) => NOW - minutes * 60_000);
  const itemsOf = (places: readonly number[]) => places.map((n) => (n === 7 ? NO_ITEM : (n * 5) % 9));
  const all = [...deeds.keys()];
  const some = { length: 3, items: Int32Array.of(5, 0, 36), slot: (item: number) => [5, 0, 36].indexOf(item) };

  /** z of items on the scale of the first logits. */
  const zOn = (base: Float32Array, logits: Float32Array, item: number): number => {
    const top = Math.max(...base);
    const roots = base.map((logit) => Math.exp((logit - top) / 2));
    const mean = roots.reduce((sum, root) => sum + root, 0) / roots.length;
    const variance = roots.reduce((sum, root) => sum + (root - mean) ** 2, 0) / roots.length;
    return (Math.exp(((logits[item] as number) - top) / 2) - mean) / Math.sqrt(variance);
  };
  const recurrentLogits = async (places: readonly number[]): Promise<Float32Array> => {
    const scorer = await createRecurrentScorer(recurrent, { batch: 1, threads: 1 });
    const column = { times, types: [], items: [], amounts: [] };
    const facts = { priceDeciles: [], since: [], amountLimits: () => undefined };
    const states = await scorer.fold(
      {
        rowStart: Int32Array.of(0, places.length),
        items: Int32Array.from(itemsOf(places)),
        types: Uint8Array.from(places, (n) => serving.types.indexOf((deeds[n] as Deed)[0])),
        // the events after a gap keep the gaps that they had
        gaps: Uint8Array.from(places, (n) => gap.of(column, n, facts)),
        hours: Uint8Array.from(places, (n) => hour.of(column, n, facts)),
        weekdays: Uint8Array.from(places, (n) => weekday.of(column, n, facts)),
        tokens: queryFields(
          places.map((n) => (n === 7 ? 'green tea' : null)),
          { buckets: serving.searchFeatures },
        ),
      },
      Int32Array.of(0),
    );
    const scores = (await scorer.score(states, 1)).slice();
    await scorer.close();
    return scores;
  };
  const autoencoderLogits = async (places: readonly number[]): Promise<Float32Array> => {
    const sums = new Map<number, number>();
    itemsOf(places).forEach((item, at) => {
      const n = places[at] as number;
      const weight = (deeds[n] as Deed)[0] === 'cart' ? 2 : 1;
      const age = ((times.at(-1) as number) - (times[n] as number)) / (30 * 86_400_000);
      if (item !== NO_ITEM) sums.set(item, (sums.get(item) ?? 0) + weight * 0.5 ** age);
      const words = queryWords([n === 7 ? 'green tea' : null], serving.searchFeatures);
      words.columns.forEach((column, place) => {
        sums.set(knownIds.length + column, (words.weights[place] as number) * 0.5 ** age);
      });
    });
    const bags = {
      rowStart: Int32Array.of(0, sums.size),
      columns: Int32Array.from(sums.keys()),
      weights: Float32Array.from(sums.values()),
    };
    const scorer = await createAutoencoderScorer(autoencoder, { batch: 1, threads: 1 });
    const { scores } = await scorer.score(bags, Int32Array.of(0));
    await scorer.close();
    return scores.slice();
  };

  test.each([
    ['autoencoder', 0, autoencoderLogits],
    ['recurrent', 1, recurrentLogits],
  ] as const)('%s: asked anew with all other events', async (_, source, logitsOf) => {
    const [opinions] = await models.opine([{ history: historyOf(shop.index, deeds), memory: createModelMemory() }]);
    const scores = Float64Array.from(some.items, (item) => opinions?.of(source, item) ?? 0);
    const cells = Int32Array.from(all.slice(-8));
    const found = new Float64Array(cells.length * some.length);
    opinions?.without(source, cells, some, scores, found);
    const base = await logitsOf(all);
    for (const [k, cell] of cells.entries()) {
      const logits = await logitsOf(all.filter((n) => n !== cell));
      some.items.forEach((item, slot) => {
        expect(found[k * some.length + slot]).toBeCloseTo(zOn(base, logits, item), 3);
      });
    }
  });

  test('the event that a reason names first is the one whose absence costs the item most', async () => {
    const { index, features, parts } = shop;
    const configuration = { ...defaultConfiguration, weights: models.weights, repurchaseDays: 0 };
    const ranker = createRanker({ parts, index, features, configuration });
    const alone = createRanker({
      ...{ parts: [], index, features },
      configuration: { ...configuration, weights: { recurrent: 1 } },
    });
    const history = historyOf(index, deeds);
    const [opinions] = await models.opine([{ history, memory: createModelMemory() }]);
    const base = await recurrentLogits(all);
    const falls = new Map<number, Float32Array>();
    for (const cell of all.slice(-8)) falls.set(cell, await recurrentLogits(all.filter((n) => n !== cell)));
    const [list] = alone.rank([{ history, now: NOW, ...(opinions && { opinions }) }]);
    for (const { itemId, source, reasons } of list?.items ?? []) {
      expect(source).toBe('recurrent');
      const item = knownIds.indexOf(itemId);
      const costs = [...falls].map(
        ([cell, logits]) => [cell, (base[item] as number) - (logits[item] as number)] as const,
      );
      const most = Math.max(...costs.map(([, cost]) => cost));
      const named = costs.filter(([cell]) => (deeds[cell] as Deed)[1] === reasons[0]?.subject);
      expect(Math.max(...named.map(([, cost]) => cost))).toBeCloseTo(most, 4);
    }
    // and with all parts there are reasons for every item
    const [whole] = ranker.rank([{ history, now: NOW, ...(opinions && { opinions }) }]);
    for (const { reasons } of whole?.items ?? []) expect(reasons.length).toBeGreaterThan(0);
  });
});

test('a list is what parts and models say together, for every item of the shop', async () => {
  const { index, features, parts } = shop;
  const configuration = {
    ...defaultConfiguration,
    ...{ listSize: shopIds.length, weights: models.weights, repurchaseDays: 0 },
    content: { ...defaultConfiguration.content, focus: 0 }, // sums are compared
    diversity: { ...defaultConfiguration.diversity, lambda: 1 },
  };
  const ranker = createRanker({ parts, index, features, configuration });
  await fc.assert(
    fc.asyncProperty(anyDeeds, async (deeds) => {
      const history = historyOf(index, deeds);
      const [plain] = ranker.rank([{ history, now: NOW }]);
      const [opinions] = await models.opine([{ history, memory: createModelMemory() }]);
      const [list] = ranker.rank([{ history, now: NOW, ...(opinions && { opinions }) }]);
      const without = new Map(plain?.items.map(({ itemId, score }) => [itemId, score]));
      const expected = shopIds.flatMap((id) => {
        const models = opinions?.sources.reduce((sum, source, at) => {
          return sum + (serving.weights[source] ?? 0) * opinions.of(at, index.get(id));
        }, 0);
        const isShown = list?.items.some(({ itemId }) => itemId === id);
        return isShown ? [[id, (without.get(id) ?? 0) + (models ?? 0)] as const] : [];
      });
      const found = new Map(list?.items.map(({ itemId, score }) => [itemId, score]));
      for (const [id, score] of expected) expect(found.get(id)).toBeCloseTo(score, 4);
      const scores = list?.items.map(({ score }) => score) ?? [];
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      // the release knows all but three, and names all that it knows
      expect(list?.items.length).toBeGreaterThanOrEqual(knownIds.length - deeds.length);
    }),
    { numRuns: 25 },
  );
});

test('byte for byte the same list in a process that saw the items in another order', async () => {
  const order = [...shopIds].reverse();
  const other = openShop({ order });
  const theirs = await openReleaseModels(artifact, { index: other.index, threads: 2, batch: 3, explained: 8 });
  const listOf = async (of: typeof shop, by: ReleaseModels, deeds: readonly Deed[]) => {
    const { index, features, parts } = of;
    const configuration = { ...defaultConfiguration, weights: by.weights };
    const history = historyOf(index, deeds);
    const [opinions] = await by.opine([{ history, memory: createModelMemory() }]);
    const ranker = createRanker({ parts, index, features, configuration });
    return ranker.rank([{ history, now: NOW, ...(opinions && { opinions }) }]);
  };
  await fc.assert(
    fc.asyncProperty(anyDeeds, async (deeds) => {
      expect(await listOf(other, theirs, deeds)).toEqual(await listOf(shop, models, deeds));
    }),
    { numRuns: 20 },
  );
  await theirs.close();
});

test('a release is opened in many pieces, and what waits for the thread comes between them', async () => {
  let turns = 0;
  let isOpening = true;
  const count = () => {
    turns += 1;
    if (isOpening) setImmediate(count);
  };
  setImmediate(count);
  const opened = await openReleaseModels(artifact, { index: shop.index, threads: 1, batch: 8, explained: 8 });
  isOpening = false;
  // five sessions, each a turn to be made in and one after it, and four turns between parts
  expect(turns).toBeGreaterThanOrEqual(2 * 5 + 4);
  await opened.close();
});

test.each([
  ['no settings', undefined, /there are none/],
  ['a type that nobody knows', { ...serving, types: ['stare'] }, /types are/],
  ['weights below zero', { ...serving, weights: { recurrent: -1 } }, /weights of/],
])('a release with %s is refused', async (_, settings, words) => {
  const manifest = { ...artifact.manifest, settings: { serving: settings } };
  const opened = openReleaseModels({ ...artifact, manifest }, { index: createItemIndex(), threads: 1, batch: 1 });
  await expect(opened).rejects.toThrow(words);
});

test('who is asked without opinions gets the list of the parts alone, whatever weights a release has', async () => {
  const { index, features, parts } = shop;
  const plain = createRanker({ parts, index, features });
  const both = createRanker({ parts, index, features, modelWeights: { recurrent: 1 } });
  const history = historyOf(index, [['view', shopIds[3] as string, 5]]);
  expect(both.rank([{ history, now: NOW }])).toEqual(plain.rank([{ history, now: NOW }]));
  expect(both.strangers(NOW)).toEqual(plain.strangers(NOW));
  expect(both.similar(shopIds[3] as string, NOW)).toEqual(plain.similar(shopIds[3] as string, NOW));
  const [opinions] = await models.opine([{ history, memory: createModelMemory() }]);
  const [list] = both.rank([{ history, now: NOW, ...(opinions && { opinions }) }]);
  expect(list?.usesModels).toBe(true);
  expect(new Set(list?.items.map(({ source }) => source))).toEqual(new Set(['recurrent']));
});
