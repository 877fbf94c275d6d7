/** Sets of items that users have, without order: a part of each is to be found. */
import { type AutoencoderOptions, autoencoderDefaults, type SparseRows } from '@nextcart/models';
import { beyondFigureDefinitions, coldDefinitions } from '../list-figures.ts';
import { type AutoencoderSettings, autoencoderRecipe } from '../parts/autoencoder.ts';
import { edlaeRecipe } from '../parts/edlae.ts';
import { graphFilterRecipe } from '../parts/graph-filter.ts';
import { itemNeighboursRecipe } from '../parts/item-neighbours.ts';
import { popularityRecipe } from '../parts/popularity.ts';
import { userNeighboursRecipe } from '../parts/user-neighbours.ts';
import type { NotApplicable, QualityBench, QualityContext, QualityRun } from '../quality-bench.ts';
import type { Behaviour, NamedTask, Recipe } from '../recipe.ts';
import { mostPopular, onlyUsers, restrictColumns } from '../restrict.ts';
import { runRecipes } from '../run-recipes.ts';
import { behaviourOf, holdOut } from './bags.ts';

/** Every so many users are subjects of the validation. */
const VALIDATION_STEP = 6;
/** A softmax over more items than this takes longer than all else together. */
const WHOLE = 60_000;
/** Of an autoencoder. */
export const softmaxOver = (items: number): AutoencoderOptions['softmax'] =>
  items > WHOLE ? { kind: 'sampled', draws: 8192, exponent: 0.5 } : { kind: 'full' };
const QUICK = { users: 3000, items: 2000 };

const bagsOf = ({ bags }: Behaviour) => bags;

/** Mult-VAE's sizes and prior, RecVAE's encoder: how they were chosen is docs/decisions/0045. */
const vae = (beta: number, items: number): AutoencoderSettings<Behaviour> => ({
  bagsOf,
  ...autoencoderDefaults,
  hidden: 600,
  latent: 200,
  depth: 2,
  kl: { prior: 'standard', beta, warmUpSteps: 120 },
  encoderPasses: 1,
  decoderPasses: 1,
  rate: { from: 3e-3, to: 3e-4 },
  softmax: softmaxOver(items),
});

const popularity = popularityRecipe('popularity', { 'of all time': ({ recent }: Behaviour) => recent });

const recipesFor = (items: number): readonly Recipe[] => [
  popularity,
  itemNeighboursRecipe({ damping: [0.03, 0.3, 1], keep: [50, 200, 1000] }),
  graphFilterRecipe('GF-CF', {
    bags: { binary: bagsOf },
    rank: 256,
    alpha: [0.3],
    sharpening: [0],
    keep: [items],
  }),
  graphFilterRecipe('graph filter', {
    bags: { binary: bagsOf },
    rank: 448,
    alpha: [0.2, 0.1, 0.3],
    sharpening: [0, 1.5, 2, 2.5],
    keep: [items, 2000, 200],
  }),
  autoencoderRecipe({
    settings: { 'beta .2': vae(0.2, items), 'beta .1': vae(0.1, items), 'beta .4': vae(0.4, items) },
    tryEpochs: 6,
    epochs: 24,
    minSteps: 700,
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
    settings: { 'beta .2': { ...vae(0.2, QUICK.items), batch: 200, hidden: 100, latent: 64 } },
    tryEpochs: 0,
    epochs: 10,
  }),
  userNeighboursRecipe({ k: [50], power: [3] }),
];

const DEFINITION =
  'every item that the user does not have in the training file is ranked, ties against the model; mean over users';

export interface SetFiles {
  readonly items: number;
  /** [users, items], each. */
  readonly train: SparseRows;
  readonly test: SparseRows;
}

export const setMetrics: QualityBench['metrics'] = {
  'Recall@20': `hits among the first 20 by the number of the user's test items; ${DEFINITION}`,
  'NDCG@20': `gains of 1 / log2(rank + 1) by those of min(20, test items) hits at the top; ${DEFINITION}`,
  ...coldDefinitions('Recall@20', 'items in the training file'),
  ...beyondFigureDefinitions(20),
};

/** What files without times, order and content do not allow. */
export const setsDoNotAllow: readonly NotApplicable[] = [
  { name: 'popularity of last days', because: 'the files hold no times' },
  { name: 'last-item co-occurrence, V-SKNN, STAN', because: 'the files hold neither order nor sessions' },
  { name: 'content', because: 'nothing is known of an item but its number' },
  { name: 'own most frequent items', because: 'what a user has is neither ranked nor to be found' },
];

export const runSets = async (files: SetFiles, context: QualityContext): Promise<QualityRun> => {
  const { items, train, test } = context.quick ? cutDown(files) : files;
  const { fit, held } = holdOut(train);
  const task = { name: '', items, k: 20, denominator: 'targets' } as const;
  const chosenBy: NamedTask = { ...task, seen: fit, targets: onlyUsers(held, (user) => user % VALIDATION_STEP === 0) };
  const tests: NamedTask[] = [{ ...task, seen: train, targets: test }];
  const split = { fit: behaviourOf(fit, items), tasks: [chosenBy] };
  const recipes = context.quick ? quickRecipes : recipesFor(items);
  const run = await runRecipes({ recipes, split, all: behaviourOf(train, items), tests }, context);
  const n = {
    users: run.rows[0]?.subjects['Recall@20']?.length ?? 0,
    items,
    'training pairs': train.columns.length,
    'test pairs': test.columns.length,
  };
  return { ...run, n: { ...n, ...run.n } };
};

const cutDown = ({ items, train, test }: SetFiles): SetFiles => {
  const some = (rows: SparseRows) => onlyUsers(rows, (user) => user < QUICK.users);
  const kept = mostPopular(behaviourOf(some(train), items), QUICK.items);
  const cut = (rows: SparseRows) => restrictColumns(some(rows), kept, items);
  return { items: kept.length, train: cut(train), test: cut(test) };
};
