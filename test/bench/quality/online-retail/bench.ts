import { autoencoderDefaults, beyondDefinitions } from '@nextcart/models';
import { type AutoencoderSettings, autoencoderRecipe } from '../parts/autoencoder.ts';
import { edlaeRecipe } from '../parts/edlae.ts';
import { graphFilterRecipe } from '../parts/graph-filter.ts';
import { itemNeighboursRecipe } from '../parts/item-neighbours.ts';
import { ownFrequencyRecipe } from '../parts/own-frequency.ts';
import { popularityRecipe } from '../parts/popularity.ts';
import type { QualityBench } from '../quality-bench.ts';
import type { BagsOf, Recipe, TestTask } from '../recipe.ts';
import { runRecipes } from '../run-recipes.ts';
import {
  amountsBetween,
  behaviourBefore,
  DAY_MS,
  missingOnlineRetail,
  type RetailBehaviour,
  readPurchases,
  tasksBetween,
} from './data.ts';

const TEST_FROM = Date.UTC(2011, 10, 12);
const SLICE_MS = 28 * DAY_MS;

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

const recipes: readonly Recipe<RetailBehaviour>[] = [
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

const quickRecipes: readonly Recipe<RetailBehaviour>[] = [
  popularity,
  ownFrequencyRecipe('own frequency', { 'every invoice alike': weighed(Infinity) }),
  edlaeRecipe({ bags: { binary }, lambda: [500], dropout: [0.33], keep: [200], items: 10_000, searchItems: 10_000 }),
  autoencoderRecipe({
    settings: { 'binary, gamma .005': { ...vae(binary, 0.005), hidden: 100, latent: 64 } },
    tryEpochs: 0,
    epochs: 3,
  }),
];

const SUBJECTS = 'mean over users who bought before and in the 28 days; ties against the model';
const TASKS = {
  all: 'all items are ranked, what was bought before too',
  unseen: 'what the user bought before is neither ranked nor to be found',
};

export const onlineRetailBench: QualityBench = {
  name: 'online-retail',
  about:
    'UCI Online Retail (CC BY 4.0; Chen, Sain and Guo 2012): what customers buy in the 28 days from 2011-11-12 on, by what was bought before. Settings are chosen on the 28 days before that; then everything is fitted again with them.',
  metrics: Object.fromEntries([
    ...Object.entries(TASKS).flatMap(([task, what]) => [
      [`Recall@20 ${task}`, `hits among the first 20 by min(20, distinct items bought); ${what}; ${SUBJECTS}`],
      [`NDCG@20 ${task}`, `gains of 1 / log2(rank + 1) by those of min(20, items bought) hits; ${what}; ${SUBJECTS}`],
    ]),
    ['revenue@20', `${beyondDefinitions.revenue}: pounds spent on the item in the 28 days; ${TASKS.all}`],
  ]),
  published: [],
  missing: missingOnlineRetail,
  run: async (context) => {
    const purchases = await readPurchases(context.dataFolder);
    const fit = behaviourBefore(purchases, TEST_FROM - SLICE_MS);
    const all = behaviourBefore(purchases, TEST_FROM);
    const split = { fit, tasks: tasksBetween(purchases, fit, TEST_FROM - SLICE_MS, TEST_FROM) };
    const tests = tasksBetween(purchases, all, TEST_FROM, TEST_FROM + SLICE_MS).map(
      (task): TestTask =>
        task.name === 'all' ? { ...task, amountsOf: amountsBetween(purchases, TEST_FROM, TEST_FROM + SLICE_MS) } : task,
    );
    const run = await runRecipes({ recipes: context.quick ? quickRecipes : recipes, split, all, tests }, context);
    const n = {
      'purchases in all': purchases.lines.length,
      items: purchases.items,
      users: run.rows[0]?.subjects['NDCG@20 all']?.length ?? 0,
      targets: tests[0]?.targets.columns.length ?? 0,
      'users of unseen': run.rows[0]?.subjects['NDCG@20 unseen']?.length ?? 0,
      'targets unseen': tests[1]?.targets.columns.length ?? 0,
    };
    return { n, ...run };
  },
};
