import { type CatalogItem, eventTypes } from '@nextcart/contracts';
import { createSubjectState, foldEvent } from '@nextcart/events';
import { unfittedPurchases, untrainedRecurrent } from '@nextcart/models/testing';
import { defaultConfiguration } from '@nextcart/ranking';
import { expect, test } from 'vitest';
import { trained } from './contenders.ts';
import { withPurchases } from './fit-purchases.ts';
import type { Candidate } from './merge-artifacts.ts';
import { createShop } from './replayed-shop.ts';
import type { MeasuringRequest } from './requests.ts';
import { asArtifact } from './serving.ts';

const NOW = Date.UTC(2026, 10, 24);
const ids = Array.from({ length: 60 }, (_, at) => `i${at}`);
const catalogue: CatalogItem[] = ids.map((itemId) => ({
  ...{ itemId, title: itemId, description: null, category: ['all'], brand: null, price: 10_000n, currency: 'EUR' },
  ...{ stock: null, hidden: false, availableFrom: null, availableUntil: null, repurchaseDays: null, attributes: {} },
}));
const trending = { items: ids, scores: Float32Array.from({ length: 4 * ids.length }, (_, at) => 100 - (at % 60)) };
const shop = createShop(catalogue, { trending }, 20, { served: { ...defaultConfiguration, revenueShare: 1 } });
const candidate: Candidate = {
  ...{ items: ids, features: [], tables: {}, trainedOn: [] },
  models: { recurrent: untrainedRecurrent({ items: ids.length, types: 2 }) },
  settings: {
    serving: {
      types: ['view', 'purchase'],
      asked: 'view',
      searchFeatures: 0,
      bag: { weights: [1, 3], halfLifeDays: 30 },
    },
  },
};
const state = createSubjectState('u');
const viewed = { offset: 0, eventTime: NOW, type: eventTypes.indexOf('view'), itemIndex: shop.index.add('i20') };
foldEvent(state, { ...viewed, query: null, sessionId: null, userId: null, events: null }, shop.index);
const request: MeasuringRequest = {
  ...{ subject: 0, state, now: NOW, visitEnded: false, target: 'i0', isNew: true, isBought: true, paid: 0 },
};

const listBy = async (calibration: Parameters<typeof withPurchases>[1], nextPurchases = 0) => {
  const weights = { trending: 1, recurrent: 1 };
  const artifact = await asArtifact(withPurchases(candidate, calibration), 'candidate', weights);
  const contender = await trained(shop, artifact, 1, nextPurchases);
  const [list] = await contender.rank([request]);
  await contender.close();
  return list?.items.map(({ itemId }) => itemId);
};

test('lists are measured by the chances that they are served by, listed beside them or not', async () => {
  const list = await listBy(unfittedPurchases);
  expect(list).toHaveLength(20);
  expect(await listBy(unfittedPurchases, 5)).toEqual(list);
  expect(await listBy(null)).not.toEqual(list);
});
