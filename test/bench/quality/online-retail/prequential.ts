/** Test, then train: each week is measured by what was fitted on all before it, and is then learned from. */
import { prequentialSteps } from '@nextcart/models';
import { type Measured, usersOf } from '../measure.ts';
import type { QualityBench, QualityRow } from '../quality-bench.ts';
import type { NamedTask } from '../recipe.ts';
import { chooseRecipes, figuresOf } from '../run-recipes.ts';
import { rankingDefinitions } from './bench.ts';
import {
  behaviourBefore,
  DAY_MS,
  missingOnlineRetail,
  type Purchases,
  type RetailBehaviour,
  readCatalogue,
  readPurchases,
  retailSplit,
  TEST_FROM,
  tasksBetween,
} from './data.ts';
import { quickRecipes, retailRecipes } from './recipes.ts';

const WEEKS = 4;
const DEFINITIONS = rankingDefinitions('the week, and over the weeks');
const COLUMNS = Object.keys(DEFINITIONS);
const weekColumn = (week: number): string => `NDCG@20 all week ${week + 1}`;

export interface RetailStep {
  /** All that was bought before the step's first purchase. */
  readonly known: RetailBehaviour;
  readonly tasks: readonly NamedTask[];
}

/** Weeks from a time on; a step is made when it is asked for. */
export function* retailSteps(purchases: Omit<Purchases, 'codes'>, from: number) {
  const { lines } = purchases;
  const times = Float64Array.from(lines, ({ time }) => time);
  for (const { test } of prequentialSteps(times, from, 7 * DAY_MS)) {
    const [first, after] = [times[test.from] as number, (times[test.to - 1] as number) + 1];
    const known = behaviourBefore(purchases, first);
    yield { known, tasks: tasksBetween(purchases, known, first, after) } satisfies RetailStep;
  }
}

export const retailPrequentialBench: QualityBench = {
  name: 'online-retail-prequential',
  about:
    'UCI Online Retail, test then train: what customers buy in each of the four weeks from 2011-11-12 on, by what was bought before that week. Settings and weights are chosen once, as by quality:online-retail; every week everything is fitted again with them.',
  metrics: {
    ...DEFINITIONS,
    ...Object.fromEntries(
      Array.from({ length: WEEKS }, (_, week) => [weekColumn(week), 'of that week alone, by all before it']),
    ),
  },
  published: [],
  missing: missingOnlineRetail,
  run: async (context) => {
    const { dataFolder, quick, log } = context;
    const purchases = await readPurchases(dataFolder);
    const recipes = quick ? quickRecipes : retailRecipes(await readCatalogue(dataFolder, purchases));
    const chosen = await chooseRecipes(recipes, retailSplit(purchases), context);
    const weeks: { readonly users: Int32Array[]; readonly figures: (row: number) => QualityRow['subjects'] }[] = [];
    for (const { known, tasks } of retailSteps(purchases, TEST_FROM)) {
      log(`week ${weeks.length + 1}`);
      const measured = await chosen.test(known, tasks);
      weeks.push({
        users: tasks.map(usersOf),
        figures: (row) =>
          Object.assign({}, ...tasks.map((task, at) => figuresOf(task, measured[at]?.[row] as Measured))),
      });
    }
    const run = chosen.report((row) => {
      const byWeek = weeks.map(({ figures }) => figures(row));
      const of = (column: string) => byWeek.map((figures) => figures[column] as Float64Array);
      return {
        ...Object.fromEntries(
          COLUMNS.map((column) => [column, Float64Array.from(of(column).flatMap((one) => [...one]))]),
        ),
        ...Object.fromEntries(of('NDCG@20 all').map((values, week) => [weekColumn(week), values])),
      };
    });
    // the same customer in several weeks is one
    const usersIn = (task: number) => Int32Array.from(weeks.flatMap(({ users }) => [...(users[task] as Int32Array)]));
    const clusters = Object.fromEntries(COLUMNS.map((column) => [column, usersIn(column.endsWith('all') ? 0 : 1)]));
    const n = {
      weeks: weeks.length,
      items: purchases.items,
      users: new Set(usersIn(0)).size,
      'users by week': usersIn(0).length,
      'users by week of unseen': usersIn(1).length,
    };
    return { n, clusters: { name: 'users', of: clusters }, ...run };
  },
};
