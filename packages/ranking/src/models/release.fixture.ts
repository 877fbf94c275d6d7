import type { Artifact, PurchaseCalibration } from '@nextcart/models';
import { untrainedAutoencoder, untrainedRecurrent } from '@nextcart/models/testing';
import { shopIds } from '../shop.fixture.ts';
import type { ServingSettings } from './serving-settings.ts';

export const serving: ServingSettings = {
  types: ['search', 'view', 'click', 'cart', 'purchase'],
  asked: 'view',
  searchFeatures: 16,
  bag: { weights: [1, 1, 1, 2, 3], halfLifeDays: 30 },
  weights: { history: 0.5, covisit: 1, neighbours: 3, content: 0.4, trending: 0.15, autoencoder: 0.6, recurrent: 1 },
};

/** Knows all items of the shop but the last three. */
export const knownIds = shopIds.slice(0, -3);

export const releaseLike = (
  seed = 1,
  settings: ServingSettings = serving,
  purchases?: PurchaseCalibration,
  recurrence: 'linear' | 'gru' = 'linear',
): Artifact => ({
  hash: `hash-${seed}`,
  manifest: {
    ...{ release: `r-${seed}`, createdAt: '2026-11-27T10:00:00Z', seeds: {}, trainedOn: [], metrics: [] },
    ...{ cpu: { architecture: '', model: '', instructionSets: [] }, format: 1, engine: '', files: [], programs: [] },
    settings: { serving: settings },
  },
  items: knownIds,
  features: [],
  models: {
    recurrent: untrainedRecurrent(
      {
        ...{ items: knownIds.length, types: settings.types.length, features: settings.searchFeatures },
        ...{ gaps: 8, hours: 24, weekdays: 7, recurrence },
      },
      seed,
    ),
    autoencoder: untrainedAutoencoder(knownIds.length, seed, settings.searchFeatures),
    ...(purchases && { purchases }),
  },
  tables: {},
});
