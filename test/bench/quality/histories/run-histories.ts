/** Histories in the order of time, everybody's last item to be found by all before it. */
import { autoencoderDefaults, type ContentItem, recurrentDefaults } from '@nextcart/models';
import { beyondFigureDefinitions, coldDefinitions } from '../list-figures.ts';
import { type AutoencoderSettings, autoencoderRecipe } from '../parts/autoencoder.ts';
import { contentRecipe } from '../parts/content.ts';
import { edlaeRecipe } from '../parts/edlae.ts';
import type { RecurrentSettings } from '../parts/fit-recurrent.ts';
import { itemNeighboursRecipe } from '../parts/item-neighbours.ts';
import { popularityRecipe } from '../parts/popularity.ts';
import { recurrentRecipe } from '../parts/recurrent.ts';
import { type VisitSetting, type Visits, visitRecipe } from '../parts/visits.ts';
import type { NotApplicable, QualityBench, QualityContext, QualityRun } from '../quality-bench.ts';
import type { Behaviour, Recipe } from '../recipe.ts';
import { runRecipes } from '../run-recipes.ts';
import type { Setting } from '../sessions/grid-recipe.ts';
import { SMALL } from '../sessions/recipes.ts';
import { coOccurrence, stan, vsknn } from '../sessions/settings.ts';
import { softmaxOver } from '../sets/run-sets.ts';
import { leaveOneOut } from './leave-one-out.ts';

const K = 10;
const bags = { binary: ({ bags }: Behaviour) => bags };
/** Of EDLAE, whose inverse takes the cube of it. */
const MOST_ITEMS = 10_000;

const vae = (items: number, gamma: number): AutoencoderSettings<Behaviour> => ({
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
  softmax: softmaxOver(items),
});

/** d 64 and two blocks. */
const recurrent = (items: number, dropout: RecurrentSettings['dropout']): RecurrentSettings => ({
  ...recurrentDefaults,
  width: 64,
  blocks: 2,
  scale: 0,
  lags: 0,
  lanes: 64,
  times: 50,
  order: 'shuffled',
  dropout,
  ...(items < SMALL && { tables: { optimiser: 'adam', from: 2e-3, to: 1e-4 }, softmax: { kind: 'full' } }),
});

/** Histories as sessions; they are not in any order among each other, since the file holds no times. */
const visitsOf = ({ bags: { rowStart, columns } }: Behaviour): Visits => {
  const rowOf = (user: number) => columns.subarray(rowStart[user], rowStart[user + 1]);
  return {
    sessions: Array.from({ length: rowStart.length - 1 }, (_, user) => rowOf(user)),
    newest: (user, count) => rowOf(user).slice(-count),
  };
};
const asking = (newest: number, ...settings: readonly Setting[]): readonly VisitSetting[] =>
  settings.map((setting) => ({ newest, setting }));

/** `catalogue`: [items], where something is known of them. */
const recipesFor = (items: number, catalogue: readonly ContentItem[] | undefined): readonly Recipe[] => [
  popularityRecipe('popularity', { 'of all time': ({ recent }: Behaviour) => recent }),
  itemNeighboursRecipe({ damping: [0.03, 0.3, 1], keep: [20, 50, 200] }),
  visitRecipe(
    'last-item co-occurrence',
    visitsOf,
    asking(
      1,
      coOccurrence(5, true, 1, 0.1),
      coOccurrence(1, true, 1, 0.1),
      coOccurrence(20, true, 1, 0.1),
      coOccurrence(5, true, 1, 1),
      coOccurrence(5, false, 1, 0.1),
    ),
  ),
  visitRecipe('V-SKNN', visitsOf, [
    ...asking(5, vsknn(500, 5000, 0), vsknn(100, 5000, 0), vsknn(500, 5000, 1)),
    ...asking(20, vsknn(500, 5000, 0), vsknn(100, 5000, 0), vsknn(100, 5000, 1)),
  ]),
  visitRecipe('STAN', visitsOf, [
    ...asking(5, stan(500, 1, 2, Infinity), stan(500, 2, 5, Infinity), stan(1500, 1, 2, Infinity)),
    ...asking(20, stan(500, 3, 5, Infinity), stan(500, 3, 20, Infinity), stan(500, 3, 5, Infinity, 1)),
  ]),
  ...(catalogue ? [contentRecipe(catalogue, { bags, width: [128, 64, 256], lambda: [0.1, 0.03, 1] })] : []),
  edlaeRecipe({
    bags,
    lambda: [300, 50, 100, 600, 1200],
    dropout: [0.33, 0.5],
    keep: [4000, 200],
    items: MOST_ITEMS,
    searchItems: MOST_ITEMS,
  }),
  autoencoderRecipe({
    settings: { 'gamma .0035': vae(items, 0.0035), 'gamma .01': vae(items, 0.01) },
    tryEpochs: 6,
    epochs: 24,
    minSteps: 700,
  }),
  recurrentRecipe({
    settings: {
      'dropout .2': recurrent(items, { events: 0.2, blocks: 0.2 }),
      'dropout .3': recurrent(items, { events: 0.3, blocks: 0.3 }),
      // short histories are soon known by heart
      'dropout .5 / .3': recurrent(items, { events: 0.5, blocks: 0.3 }),
      'dropout .45 / .3, cosine · 16, last 6 items': {
        ...recurrent(items, { events: 0.45, blocks: 0.3 }),
        ...{ scale: 16, lags: 6 },
      },
    },
    tryEpochs: 3,
    epochs: 12,
    minSteps: 1200,
  }),
];

const quickRecipesFor = (items: number): readonly Recipe[] => [
  popularityRecipe('popularity', { 'of all time': ({ recent }: Behaviour) => recent }),
  itemNeighboursRecipe({ damping: [0.3], keep: [50] }),
  visitRecipe('STAN', visitsOf, asking(5, stan(500, 1, 2, Infinity))),
  edlaeRecipe({ bags, lambda: [300], dropout: [0.33], keep: [200], items: MOST_ITEMS, searchItems: 1000 }),
  recurrentRecipe({
    settings: { 'dropout .2': { ...recurrent(items, { events: 0.2, blocks: 0.2 }), lanes: 16 } },
    tryEpochs: 0,
    epochs: 4,
  }),
];

const WHAT =
  'the last item of each history by all before it, ranked among what the user has not seen; ties against the model';

export const historyMetrics: QualityBench['metrics'] = {
  [`Recall@${K}`]: `1 where the item is among the first ${K}, else 0; ${WHAT}`,
  [`NDCG@${K}`]: `1 / log2(rank + 1) where the rank is at most ${K}, else 0; ${WHAT}`,
  ...coldDefinitions(`Recall@${K}`, 'items in the history'),
  ...beyondFigureDefinitions(K),
};

/** What files without times do not allow. */
export const historiesDoNotAllow: readonly NotApplicable[] = [
  {
    name: 'popularity of last days',
    because: 'the file has an order within each history, and no times',
  },
  { name: 'own most frequent items', because: 'nobody has an item twice, and what was seen is not ranked' },
];

export interface Histories {
  readonly items: number;
  /** By user, items in the order of time. */
  readonly histories: readonly (readonly number[])[];
  /** [items], where something is known of them. */
  readonly catalogue?: readonly ContentItem[];
}

/** Settings are chosen on the item before the last, by what is before that. */
export const runHistories = async (
  { items, histories: every, catalogue }: Histories,
  context: QualityContext,
): Promise<QualityRun> => {
  const histories = context.quick ? every.filter((_, user) => user % 10 === 0) : every;
  const [validation, test] = [leaveOneOut(histories, items, 1, K), leaveOneOut(histories, items, 0, K)];
  const run = await runRecipes(
    {
      recipes: context.quick ? quickRecipesFor(items) : recipesFor(items, catalogue),
      split: { fit: validation.known, tasks: [validation.task] },
      all: test.known,
      tests: [test.task],
    },
    context,
  );
  const n = { users: histories.length, items, 'training events': test.known.bags.columns.length };
  return { ...run, n: { ...n, ...run.n } };
};
