import { autoencoderDefaults, recurrentDefaults } from '@nextcart/models';
import { type AutoencoderSettings, autoencoderRecipe } from '../parts/autoencoder.ts';
import { edlaeRecipe } from '../parts/edlae.ts';
import type { RecurrentSettings } from '../parts/fit-recurrent.ts';
import { itemNeighboursRecipe } from '../parts/item-neighbours.ts';
import { popularityRecipe } from '../parts/popularity.ts';
import { recurrentRecipe } from '../parts/recurrent.ts';
import type { QualityBench } from '../quality-bench.ts';
import type { Behaviour, Recipe } from '../recipe.ts';
import { runRecipes } from '../run-recipes.ts';
import { leaveOneOut, missingMovielens, readHistories } from './data.ts';

const K = 10;
const bags = { binary: ({ bags }: Behaviour) => bags };
const all = 10_000;

const vae = (gamma: number): AutoencoderSettings<Behaviour> => ({
  bagsOf: bags.binary,
  ...autoencoderDefaults,
  hidden: 300,
  latent: 200,
  depth: 2,
  batch: 200,
  kl: { prior: 'composite', gamma },
  encoderPasses: 1,
  decoderPasses: 1,
  rate: { from: 2e-3, to: 2e-4 },
  softmax: { kind: 'full' },
});

/** d 64 and two blocks; dropout of events and of what blocks add alike. */
const recurrent = (dropout: number): RecurrentSettings => ({
  ...recurrentDefaults,
  width: 64,
  blocks: 2,
  scale: 0,
  lags: 0,
  lanes: 64,
  times: 50,
  order: 'shuffled',
  dropout: { events: dropout, blocks: dropout },
  tables: { optimiser: 'adam', from: 2e-3, to: 1e-4 },
  softmax: { kind: 'full' },
});

const recipes: readonly Recipe[] = [
  popularityRecipe('popularity', { 'of all time': ({ recent }: Behaviour) => recent }),
  itemNeighboursRecipe({ damping: [0.03, 0.3, 1], keep: [20, 50, 200] }),
  edlaeRecipe({
    bags,
    lambda: [300, 50, 100, 600, 1200],
    dropout: [0.33, 0.5],
    keep: [4000, 200],
    items: all,
    searchItems: all,
  }),
  autoencoderRecipe({
    settings: { 'gamma .0035': vae(0.0035), 'gamma .01': vae(0.01) },
    tryEpochs: 6,
    epochs: 24,
  }),
  recurrentRecipe({
    settings: { 'dropout .2': recurrent(0.2), 'dropout .3': recurrent(0.3) },
    tryEpochs: 3,
    epochs: 12,
  }),
];

const quickRecipes: readonly Recipe[] = [
  popularityRecipe('popularity', { 'of all time': ({ recent }: Behaviour) => recent }),
  itemNeighboursRecipe({ damping: [0.3], keep: [50] }),
  edlaeRecipe({ bags, lambda: [300], dropout: [0.33], keep: [200], items: all, searchItems: 1000 }),
  recurrentRecipe({
    settings: { 'dropout .2': { ...recurrent(0.2), lanes: 16 } },
    tryEpochs: 0,
    epochs: 4,
  }),
];

const WHAT =
  'the last item of each history by all before it, ranked among what the user has not seen; ties against the model';

export const movielensBench: QualityBench = {
  name: 'ml-1m',
  about:
    'MovieLens 1M in SASRec’s form, gSASRec’s test: the last item of each of 6,040 histories, with the item before it in the input. Settings are chosen on the item before the last, by what is before that. Only the recurrent model reads the order of a history; leave-one-out lets every row see the future of others.',
  metrics: {
    [`Recall@${K}`]: `1 where the item is among the first ${K}, else 0; ${WHAT}`,
    [`NDCG@${K}`]: `1 / log2(rank + 1) where the rank is at most ${K}, else 0; ${WHAT}`,
  },
  published: [
    {
      name: 'gSASRec',
      figures: { 'Recall@10': 0.3003, 'NDCG@10': 0.1726 },
      source: 'Petrov and Macdonald 2023, this split; recalled',
    },
    {
      name: 'SASRec+',
      figures: { 'Recall@10': 0.3152, 'NDCG@10': 0.1821 },
      source: 'Klenitskiy and Vasilev 2023, the last item as here; recalled',
    },
    {
      name: 'HSTU-large',
      figures: { 'Recall@10': 0.3294, 'NDCG@10': 0.1893 },
      source: 'Zhai et al. 2024, the last item as here, data filtered otherwise; recalled',
    },
  ],
  missing: missingMovielens,
  run: async (context) => {
    const every = readHistories(context.dataFolder);
    const histories = context.quick ? every.filter((_, user) => user % 10 === 0) : every;
    const items = every.reduce((most, history) => history.reduce((top, item) => Math.max(top, item + 1), most), 0);
    const [validation, test] = [leaveOneOut(histories, items, 1, K), leaveOneOut(histories, items, 0, K)];
    const run = await runRecipes(
      {
        recipes: context.quick ? quickRecipes : recipes,
        split: { fit: validation.known, tasks: [validation.task] },
        all: test.known,
        tests: [test.task],
      },
      context,
    );
    return { n: { users: histories.length, items, 'training events': test.known.bags.columns.length }, ...run };
  },
};
