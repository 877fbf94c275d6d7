/** What the rows of a shop's table are chosen from. */
import { autoencoderDefaults, featureGroups, recurrentDefaults } from '@nextcart/models';
import type { TrainedGrid } from '../parts/choose-trained.ts';
import { ALIKE } from './bags.ts';
import { baselines, livePopularity } from './baselines.ts';
import { contentRow } from './content-part.ts';
import { edlaeRow } from './edlae-part.ts';
import { ownDeeds } from './own-deeds.ts';
import { productRow, sharedRow } from './product-part.ts';
import { type RankerSettings, rankerRow } from './ranker/ranker-part.ts';
import { type RecurrentSettings, recurrentRow } from './recurrent-part.ts';
import type { ShopRecipe } from './shop-part.ts';
import { type VaePart, type VaeSettings, vaeRow } from './vae-part.ts';

/** Adam for all tables: with Adagrad the rows of what is asked for hardly move in the few steps that a shop allows. */
export const recurrentSettings: RecurrentSettings = {
  ...recurrentDefaults,
  lanes: 25,
  times: 20,
  order: 'shuffled',
  tables: { optimiser: 'adam', from: 3e-3, to: 3e-4 },
  dropout: { events: 0.2, blocks: 0.2 },
  softmax: { kind: 'full' },
  width: 96,
  blocks: 2,
  scale: 0,
  lags: 12,
  groups: new Set(featureGroups),
  cartWeight: 1,
};

const recurrentGrid = (quick: boolean): TrainedGrid<RecurrentSettings> =>
  quick
    ? { settings: { 'd 32': { ...recurrentSettings, width: 32, blocks: 1, lanes: 10 } }, tryEpochs: 1, epochs: 5 }
    : { settings: { 'd 96, 2 blocks, 12 last items': recurrentSettings }, tryEpochs: 2, epochs: 6 };

export const vaeSettings: VaeSettings = {
  bags: { halfLifeDays: 30, types: ALIKE, fields: new Set(['search', 'content']) },
  hidden: 256,
  latent: 128,
  depth: 1,
  batch: 200,
  dropout: 0.5,
  kl: autoencoderDefaults.kl,
  rate: { from: 1e-3, to: 1e-4 },
};

const vaeGrid = (quick: boolean): TrainedGrid<VaeSettings> =>
  quick
    ? {
        settings: { 'h 128, z 64': { ...vaeSettings, hidden: 128, latent: 64, batch: 100 } },
        tryEpochs: 1,
        epochs: 15,
      }
    : { settings: { 'h 256, z 128, fields': vaeSettings }, tryEpochs: 5, epochs: 20 };

const powers = [
  { need: 0.2, trend: 0.5 },
  { need: 0, trend: 0.5 },
  { need: 0.4, trend: 0.5 },
  { need: 0.2, trend: 0 },
  { need: 0.2, trend: 1 },
  { need: 0.4, trend: 1 },
];

const rankerSettings: RankerSettings = {
  networks: 2,
  hidden: 24,
  epochs: 8,
  batch: 32,
  rate: { from: 5e-3, to: 1e-5 },
  decay: 1e-5,
};

const rankerGrid = (quick: boolean): Readonly<Record<string, RankerSettings>> =>
  quick
    ? { '8 units': { ...rankerSettings, networks: 1, hidden: 8, epochs: 4 } }
    : {
        '2 networks of 24 units': rankerSettings,
        'weights by context alone': { ...rankerSettings, networks: 1, hidden: 0 },
      };

/** `onVae`: what is to be done with the autoencoder that is fitted on all that is known. */
export const shopRecipes = (
  items: number,
  quick: boolean,
  onVae: (part: VaePart) => Promise<unknown>,
): ShopRecipe[] => {
  const vae = sharedRow(vaeRow(vaeGrid(quick), onVae), items);
  const recurrent = sharedRow(recurrentRow(recurrentGrid(quick), quick ? 1 : 2), items);
  const content = { width: quick ? 32 : 128, lambda: 1, doubt: Infinity, half: 1, words: 0.5 };
  const edlae = { halfLifeDays: 15, lambda: 100, dropout: 0.33 };
  const contents = sharedRow(
    contentRow(quick ? [content] : [content, { ...content, half: 0.5 }, { ...content, doubt: 30 }]),
    items,
  );
  return [
    ...baselines(quick),
    edlaeRow(
      quick ? [edlae] : [edlae, { ...edlae, lambda: 30 }, { ...edlae, lambda: 300 }, { ...edlae, halfLifeDays: 4 }],
    ),
    ...ownDeeds(quick),
    contents.recipe,
    vae.recipe,
    recurrent.recipe,
    productRow(recurrent, vae, livePopularity, quick ? powers.slice(0, 2) : powers),
    rankerRow([recurrent, vae, contents], rankerGrid(quick)),
  ];
};
