import { type CatalogItem, eventTypes } from '@nextcart/contracts';
import { createSubjectState, foldEvent } from '@nextcart/events';
import { untrainedAutoencoder, untrainedRecurrent } from '@nextcart/models/testing';
import { expect, test } from 'vitest';
import { fitFusion } from './fit-weights.ts';
import type { Candidate } from './merge-artifacts.ts';
import { createShop } from './replayed-shop.ts';
import type { MeasuringRequest } from './requests.ts';
import { fusedWeights } from './serving.ts';

const NOW = Date.UTC(2026, 10, 24);
const ITEMS = 60;
const ids = Array.from({ length: ITEMS }, (_, at) => `i${at}`);
const catalogue: CatalogItem[] = ids.map((itemId) => ({
  ...{ itemId, title: itemId, description: null, category: ['all'], brand: null, price: 10_000n, currency: 'EUR' },
  ...{ stock: null, hidden: false, availableFrom: null, availableUntil: null, repurchaseDays: null, attributes: {} },
}));
/** i0 sells best, then i1 … */
const trending = {
  items: ids,
  scores: Float32Array.from({ length: 4 * ITEMS }, (_, at) => 100 - (at % ITEMS)),
};
const shop = createShop(catalogue, { trending }, 20);

/** Expects the second half, of which nothing sells: beside it, the first weights keep i0 far from the first place. */
const recurrent = untrainedRecurrent({ items: ITEMS, types: 1 });
recurrent.weights['bias']?.forEach((_, item, bias) => void (bias[item] = item < ITEMS / 2 ? 0 : 6));
const candidate: Candidate = {
  ...{ items: ids, features: [], models: { recurrent }, tables: {}, trainedOn: [] },
  settings: { serving: { types: ['view'], searchFeatures: 0, bag: { weights: [1], halfLifeDays: 30 } } },
};
const first = fusedWeights(candidate, [0.25, 0.75]);

/** One in 24 wants what sells best, the others what no list has. */
const requestsOf = (count: number): MeasuringRequest[] =>
  Array.from({ length: count }, (_, subject) => {
    const state = createSubjectState(`u${subject}`);
    const viewed = { offset: 0, eventTime: NOW, type: eventTypes.indexOf('view'), itemIndex: shop.index.add('i20') };
    foldEvent(state, { ...viewed, query: null, sessionId: null, userId: null, events: null }, shop.index);
    const target = subject % 24 === 0 ? 'i0' : 'nowhere';
    return { subject, state, now: NOW, visitEnded: false, target, isNew: true, isBought: true, paid: 0 };
  });
const fit = async (count: number) =>
  (await fitFusion(candidate, shop, requestsOf(count), { k: 20, threads: 1, signal: new AbortController().signal }))
    .weights;

test('what one of a few requests says leaves the weights all but as they were', async () => {
  const { recurrent: weight } = await fit(24);
  expect(Math.abs((weight as number) - (first.recurrent as number))).toBeLessThan(0.1);
});

test('what as large a share of many requests says moves them', async () => {
  const { recurrent: weight } = await fit(24 * 40);
  expect(weight).toBeLessThan(0.25);
});

test('too few requests to fit on leave them as they were', async () => {
  expect(await fit(19)).toEqual(first);
});

test('first of all the recurrent model has half, the autoencoder a third, and the parts without models the rest', async () => {
  const autoencoder = untrainedAutoencoder(ITEMS, 1);
  const three: Candidate = { ...candidate, models: { recurrent, autoencoder } };
  const { weights } = await fitFusion(three, shop, [], { k: 20, threads: 1, signal: new AbortController().signal });
  expect(weights).toEqual(fusedWeights(three, [1 / 6, 1 / 2, 1 / 3]));
});
