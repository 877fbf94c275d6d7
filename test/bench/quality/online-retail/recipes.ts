import { autoencoderDefaults, type ContentItem } from '@nextcart/models';
import { type AutoencoderSettings, autoencoderRecipe } from '../parts/autoencoder.ts';
import { contentRecipe } from '../parts/content.ts';
import { edlaeRecipe } from '../parts/edlae.ts';
import { graphFilterRecipe } from '../parts/graph-filter.ts';
import { itemNeighboursRecipe } from '../parts/item-neighbours.ts';
import { ownFrequencyRecipe } from '../parts/own-frequency.ts';
import { popularityRecipe } from '../parts/popularity.ts';
import { type VisitSetting, visitRecipe } from '../parts/visits.ts';
import type { BagsOf, Recipe } from '../recipe.ts';
import type { Setting } from '../sessions/grid-recipe.ts';
import { coOccurrence, stan, vsknn } from '../sessions/settings.ts';
import type { RetailBehaviour } from './data.ts';

const binary: BagsOf<RetailBehaviour> = ({ bags }) => bags;
const weighed =
  (halfLifeDays: number, amounts = false): BagsOf<RetailBehaviour> =>
  (behaviour) =>
    behaviour.weighed({ halfLifeDays, amounts });

const vae = (bagsOf: BagsOf<RetailBehaviour>, gamma: number): AutoencoderSettings<RetailBehaviour> => ({
  ...autoencoderDefaults,
  bagsOf,
  hidden: 300,
  latent: 128,
  depth: 2,
  batch: 200,
  kl: { prior: 'composite', gamma },
  encoderPasses: 1,
  decoderPasses: 1,
  rate: { from: 2e-3, to: 2e-4 },
});

const popularity = popularityRecipe('popularity', { '28 days': ({ recent }: RetailBehaviour) => recent });

const visitsOf = (behaviour: RetailBehaviour) => behaviour.visits();
/** A setting for each number of newest lines that are asked with. */
const asking = (newest: readonly number[], ...settings: readonly Setting[]): readonly VisitSetting[] =>
  newest.flatMap((count) => settings.map((setting) => ({ newest: count, setting })));
/** So many places apart that all of an invoice is near. */
const WHOLE = 500;

export const retailRecipes = (catalogue: readonly ContentItem[]): readonly Recipe<RetailBehaviour>[] => [
  popularity,
  popularityRecipe('popularity of last days', {
    '7 days': (behaviour) => behaviour.popularOver(7),
    '14 days': (behaviour) => behaviour.popularOver(14),
    '28 days': (behaviour) => behaviour.popularOver(28),
  }),
  ownFrequencyRecipe('own frequency', { 'every invoice alike': weighed(Infinity) }),
  ownFrequencyRecipe('own recent frequency', {
    'half-life 30 days': weighed(30),
    'half-life 60 days': weighed(60),
    'half-life 120 days': weighed(120),
    'half-life 240 days': weighed(240),
  }),
  itemNeighboursRecipe({ damping: [0.03, 0.3, 1], keep: [50, 200, 1000] }),
  visitRecipe(
    'last-item co-occurrence',
    visitsOf,
    asking(
      [1],
      coOccurrence(WHOLE, false, 0, 0.1),
      coOccurrence(WHOLE, false, 0, 1),
      coOccurrence(WHOLE, false, 0, 10),
      coOccurrence(5, false, 1, 0.1),
      coOccurrence(5, true, 1, 0.1),
    ),
  ),
  visitRecipe(
    'V-SKNN',
    visitsOf,
    asking([10, 30, 60], vsknn(500, 5000, 0), vsknn(100, 5000, 0), vsknn(500, 5000, 1), vsknn(1500, 20_000, 1)),
  ),
  visitRecipe(
    'STAN',
    visitsOf,
    asking(
      [30, 100],
      stan(500, 10, WHOLE, 0.5),
      stan(500, 30, WHOLE, 0.5),
      stan(500, 30, WHOLE, 0.5, 1),
      stan(500, 100, WHOLE, 0.5, 2),
      stan(1500, 30, WHOLE, Infinity, 1),
      stan(500, 10, 5, 0.5),
    ),
  ),
  contentRecipe(catalogue, {
    bags: {
      binary,
      'half-life 60 days': weighed(60),
      'half-life 20 days': weighed(20),
      'half-life 7 days': weighed(7),
    },
    width: [128, 64, 256],
    lambda: [0.1, 0.03, 0.01, 1],
  }),
  edlaeRecipe({
    bags: { binary, 'half-life 60 days': weighed(60) },
    lambda: [20, 100, 300],
    dropout: [0.33, 0.5],
    keep: [4000, 200],
    items: 10_000,
    searchItems: 10_000,
  }),
  graphFilterRecipe('graph filter', {
    bags: { binary, 'half-life 120 days': weighed(120), 'half-life 60 days': weighed(60) },
    rank: 64,
    alpha: [0.03, 0.01, 0.1],
    sharpening: [2, 1, 3],
    keep: [4000, 200],
  }),
  autoencoderRecipe({
    settings: {
      'binary, gamma .005': vae(binary, 0.005),
      'half-life 60 days, gamma .005': vae(weighed(60), 0.005),
      'half-life 60 days, amounts, gamma .005': vae(weighed(60, true), 0.005),
    },
    tryEpochs: 10,
    epochs: 40,
  }),
];

export const quickRecipes: readonly Recipe<RetailBehaviour>[] = [
  popularity,
  ownFrequencyRecipe('own frequency', { 'every invoice alike': weighed(Infinity) }),
  visitRecipe('V-SKNN', visitsOf, asking([10], vsknn(100, 5000, 0))),
  edlaeRecipe({ bags: { binary }, lambda: [500], dropout: [0.33], keep: [200], items: 10_000, searchItems: 10_000 }),
  autoencoderRecipe({
    settings: { 'binary, gamma .005': { ...vae(binary, 0.005), hidden: 100, latent: 64 } },
    tryEpochs: 0,
    epochs: 3,
  }),
];
