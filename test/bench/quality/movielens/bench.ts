import { edlaeRecipe } from '../parts/edlae.ts';
import { itemNeighboursRecipe } from '../parts/item-neighbours.ts';
import { popularityRecipe } from '../parts/popularity.ts';
import type { QualityBench } from '../quality-bench.ts';
import type { Behaviour, Recipe } from '../recipe.ts';
import { runRecipes } from '../run-recipes.ts';
import { leaveOneOut, missingMovielens, readHistories } from './data.ts';

const K = 10;
const bags = { binary: ({ bags }: Behaviour) => bags };
const all = 10_000;

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
];

const quickRecipes: readonly Recipe[] = [
  popularityRecipe('popularity', { 'of all time': ({ recent }: Behaviour) => recent }),
  itemNeighboursRecipe({ damping: [0.3], keep: [50] }),
  edlaeRecipe({ bags, lambda: [300], dropout: [0.33], keep: [200], items: all, searchItems: 1000 }),
];

const WHAT =
  'the last item of each history by all before it, ranked among what the user has not seen; ties against the model';

export const movielensBench: QualityBench = {
  name: 'ml-1m',
  about:
    'MovieLens 1M in SASRec’s form, gSASRec’s test: the last item of each of 6,040 histories, with the item before it in the input. Settings are chosen on the item before the last, by what is before that. The order of a history is not read by these rows, and leave-one-out lets all of them see the future of others.',
  metrics: {
    [`Recall@${K}`]: `1 where the item is among the first ${K}, else 0; ${WHAT}`,
    [`NDCG@${K}`]: `1 / log2(rank + 1) where the rank is at most ${K}, else 0; ${WHAT}`,
  },
  published: [
    { name: 'gSASRec', figures: { 'Recall@10': 0.3003, 'NDCG@10': 0.1726 }, source: 'Petrov and Macdonald 2023' },
  ],
  missing: missingMovielens,
  run: async (context) => {
    const every = readHistories(context.dataFolder);
    const histories = context.quick ? every.filter((_, user) => user % 6 === 0) : every;
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
