import { beyondDefinitions } from '@nextcart/models';
import { beyondFigureDefinitions, coldDefinitions } from '../list-figures.ts';
import type { QualityBench } from '../quality-bench.ts';
import type { TestTask } from '../recipe.ts';
import { runRecipes } from '../run-recipes.ts';
import {
  amountsBetween,
  behaviourBefore,
  missingOnlineRetail,
  readCatalogue,
  readPurchases,
  retailSplit,
  SLICE_MS,
  TEST_FROM,
  tasksBetween,
} from './data.ts';
import { quickRecipes, retailRecipes } from './recipes.ts';

const TASKS = {
  all: 'all items are ranked, what was bought before too',
  unseen: 'what the user bought before is neither ranked nor to be found',
};

/** Of what is bought in `when`. */
export const rankingDefinitions = (when: string): Readonly<Record<string, string>> => {
  const subjects = `mean over users who bought before and in ${when}; ties against the model`;
  return Object.fromEntries(
    Object.entries(TASKS).flatMap(([task, what]) => [
      [`Recall@20 ${task}`, `hits among the first 20 by min(20, distinct items bought); ${what}; ${subjects}`],
      [`NDCG@20 ${task}`, `gains of 1 / log2(rank + 1) by those of min(20, items bought) hits; ${what}; ${subjects}`],
    ]),
  );
};

export const onlineRetailBench: QualityBench = {
  name: 'online-retail',
  about:
    'UCI Online Retail (CC BY 4.0; Chen, Sain and Guo 2012): what customers buy in the 28 days from 2011-11-12 on, by what was bought before. Settings are chosen on the 28 days before that; then everything is fitted again with them.',
  metrics: {
    ...rankingDefinitions('the 28 days'),
    'revenue@20': `${beyondDefinitions.revenue}: pounds spent on the item in the 28 days; ${TASKS.all}`,
    ...coldDefinitions('Recall@20 all', 'distinct items bought before'),
    ...beyondFigureDefinitions(20),
  },
  published: [],
  missing: missingOnlineRetail,
  run: async (context) => {
    const purchases = await readPurchases(context.dataFolder);
    const all = behaviourBefore(purchases, TEST_FROM);
    const tests = tasksBetween(purchases, all, TEST_FROM, TEST_FROM + SLICE_MS).map(
      (task): TestTask =>
        task.name === 'all' ? { ...task, amountsOf: amountsBetween(purchases, TEST_FROM, TEST_FROM + SLICE_MS) } : task,
    );
    const recipes = context.quick ? quickRecipes : retailRecipes(await readCatalogue(context.dataFolder, purchases));
    const run = await runRecipes({ recipes, split: retailSplit(purchases), all, tests }, context);
    const n = {
      'purchases in all': purchases.lines.length,
      items: purchases.items,
      users: run.rows[0]?.subjects['NDCG@20 all']?.length ?? 0,
      targets: tests[0]?.targets.columns.length ?? 0,
      'users of unseen': run.rows[0]?.subjects['NDCG@20 unseen']?.length ?? 0,
      'targets unseen': tests[1]?.targets.columns.length ?? 0,
    };
    return { ...run, n: { ...n, ...run.n } };
  },
};
