import { autoencoderDefaults } from '@nextcart/models';
import { beyondFigureDefinitions, coldDefinitions } from '../list-figures.ts';
import { type AutoencoderSettings, autoencoderRecipe } from '../parts/autoencoder.ts';
import { edlaeRecipe } from '../parts/edlae.ts';
import { graphFilterRecipe } from '../parts/graph-filter.ts';
import { itemNeighboursRecipe } from '../parts/item-neighbours.ts';
import { popularityRecipe } from '../parts/popularity.ts';
import { userNeighboursRecipe } from '../parts/user-neighbours.ts';
import type { QualityBench } from '../quality-bench.ts';
import type { Behaviour, NamedTask, Recipe } from '../recipe.ts';
import { mostPopular, onlyUsers, restrictColumns } from '../restrict.ts';
import { runRecipes } from '../run-recipes.ts';
import { behaviourOf, GOWALLA_ITEMS, holdOut, missingGowalla, readGowalla } from './data.ts';

/** Every so many users are subjects of the validation. */
const VALIDATION_STEP = 6;
const QUICK = { users: 3000, items: 2000 };

const bagsOf = ({ bags }: Behaviour) => bags;

/** Mult-VAE's sizes and prior, RecVAE's encoder: how they were chosen is docs/decisions/0045. */
const vae = (beta: number): AutoencoderSettings<Behaviour> => ({
  bagsOf,
  ...autoencoderDefaults,
  hidden: 600,
  latent: 200,
  depth: 2,
  kl: { prior: 'standard', beta, warmUpSteps: 120 },
  encoderPasses: 1,
  decoderPasses: 1,
  rate: { from: 3e-3, to: 3e-4 },
});

const ALL = GOWALLA_ITEMS;
const popularity = popularityRecipe('popularity', { 'of all time': ({ recent }: Behaviour) => recent });

const recipes: readonly Recipe[] = [
  popularity,
  itemNeighboursRecipe({ damping: [0.03, 0.3, 1], keep: [50, 200, 1000] }),
  graphFilterRecipe('GF-CF', { bags: { binary: bagsOf }, rank: 256, alpha: [0.3], sharpening: [0], keep: [ALL] }),
  graphFilterRecipe('graph filter', {
    bags: { binary: bagsOf },
    rank: 448,
    alpha: [0.2, 0.1, 0.3],
    sharpening: [0, 1.5, 2, 2.5],
    keep: [ALL, 2000, 200],
  }),
  autoencoderRecipe({
    settings: { 'beta .2': vae(0.2), 'beta .1': vae(0.1), 'beta .4': vae(0.4) },
    tryEpochs: 6,
    epochs: 24,
  }),
  userNeighboursRecipe({ k: [50, 200, 500], power: [1, 3, 8] }),
  edlaeRecipe({
    bags: { binary: bagsOf },
    lambda: [20, 50, 100, 200],
    dropout: [0.33, 0.5, 0.66],
    keep: [2000, 500, 200],
    items: 20_000,
    searchItems: 6000,
  }),
];

const quickRecipes: readonly Recipe[] = [
  popularity,
  itemNeighboursRecipe({ damping: [0.3], keep: [200] }),
  edlaeRecipe({ bags: { binary: bagsOf }, lambda: [20], dropout: [0.33], keep: [200], items: 1000, searchItems: 1000 }),
  graphFilterRecipe('graph filter', {
    bags: { binary: bagsOf },
    rank: 64,
    alpha: [0.2],
    sharpening: [0, 2],
    keep: [200],
  }),
  autoencoderRecipe({
    settings: { 'beta .2': { ...vae(0.2), batch: 200, hidden: 100, latent: 64 } },
    tryEpochs: 0,
    epochs: 10,
  }),
  userNeighboursRecipe({ k: [50], power: [3] }),
];

const DEFINITION =
  'every item that the user does not have in the training file is ranked, ties against the model; mean over users';

export const gowallaBench: QualityBench = {
  name: 'gowalla',
  about:
    "Check-ins as NGCF and LightGCN split them: a fifth of each user's items is to be found. Settings are chosen on a tenth of the training file that is held out by the same rule; then everything is fitted on the whole of it.",
  metrics: {
    'Recall@20': `hits among the first 20 by the number of the user's test items; ${DEFINITION}`,
    'NDCG@20': `gains of 1 / log2(rank + 1) by those of min(20, test items) hits at the top; ${DEFINITION}`,
    ...coldDefinitions('Recall@20', 'items in the training file'),
    ...beyondFigureDefinitions(20),
  },
  notApplicable: [
    { name: 'popularity of last days', because: 'the files hold no times' },
    {
      name: 'last-item co-occurrence, V-SKNN, STAN',
      because: 'the files hold neither order nor sessions of check-ins',
    },
    { name: 'content', because: 'nothing is known of a place but its number' },
    { name: 'own most frequent items', because: 'what a user has is neither ranked nor to be found' },
  ],
  published: [
    { name: 'most popular', figures: { 'Recall@20': 0.0416, 'NDCG@20': 0.0317 }, source: 'on the same files' },
    { name: 'ItemCF', figures: { 'Recall@20': 0.157, 'NDCG@20': 0.1214 }, source: 'SimpleX, Mao et al. 2021' },
    { name: 'Mult-VAE', figures: { 'Recall@20': 0.1641, 'NDCG@20': 0.1335 }, source: 'LightGCN, He et al. 2020' },
    { name: 'EASE', figures: { 'Recall@20': 0.1765, 'NDCG@20': 0.1467 }, source: 'SimpleX, Mao et al. 2021' },
    { name: 'GF-CF', figures: { 'Recall@20': 0.1849, 'NDCG@20': 0.1518 }, source: 'Shen et al. 2021' },
    { name: 'UltraGCN', figures: { 'Recall@20': 0.1862, 'NDCG@20': 0.158 }, source: 'Mao et al. 2021' },
    { name: 'SimpleX', figures: { 'Recall@20': 0.1872, 'NDCG@20': 0.1557 }, source: 'Mao et al. 2021' },
    { name: 'BSPM', figures: { 'Recall@20': 0.192, 'NDCG@20': 0.1597 }, source: 'Choi et al. 2023; recalled' },
  ],
  missing: missingGowalla,
  run: async (context) => {
    let [train, test] = [readGowalla(context.dataFolder, 'train'), readGowalla(context.dataFolder, 'test')];
    let items: number = GOWALLA_ITEMS;
    if (context.quick) {
      train = onlyUsers(train, (user) => user < QUICK.users);
      const kept = mostPopular(behaviourOf(train, items), QUICK.items);
      [train, test] = [
        restrictColumns(train, kept, items),
        restrictColumns(
          onlyUsers(test, (user) => user < QUICK.users),
          kept,
          items,
        ),
      ];
      items = kept.length;
    }
    const { fit, held } = holdOut(train);
    const task = { name: '', items, k: 20, denominator: 'targets' } as const;
    const chosenBy: NamedTask = {
      ...task,
      seen: fit,
      targets: onlyUsers(held, (user) => user % VALIDATION_STEP === 0),
    };
    const tests: NamedTask[] = [{ ...task, seen: train, targets: test }];
    const split = { fit: behaviourOf(fit, items), tasks: [chosenBy] };
    const run = await runRecipes(
      { recipes: context.quick ? quickRecipes : recipes, split, all: behaviourOf(train, items), tests },
      context,
    );
    const n = {
      users: run.rows[0]?.subjects['Recall@20']?.length ?? 0,
      items,
      'training pairs': train.columns.length,
      'test pairs': test.columns.length,
    };
    return { ...run, n: { ...n, ...run.n } };
  },
};
