/** Chooses on a split, fuses, fits again on everything, and measures on the test. */
import { createValidationPool, fitWeights, type ScoreKind } from '@nextcart/models';
import { beyondFigures, coldFigures, coldUpTo, supportOf } from './list-figures.ts';
import { fillPool, type Measured, measureAll, usersOf } from './measure.ts';
import { createPartSeconds, type PartSeconds } from './part-seconds.ts';
import type { Choice, QualityContext, QualityRow, QualityRun } from './quality-bench.ts';
import type { Behaviour, Chosen, NamedTask, Part, Recipe, Split, TestTask } from './recipe.ts';
import { refuseEmpty } from './refuse-empty.ts';

export interface RecipesRun<B extends Behaviour> {
  readonly recipes: readonly Recipe<B>[];
  readonly split: Split<B>;
  /** All of the training data. */
  readonly all: B;
  /** The same tasks as the split's, in their order; at most one has amounts. The first is cut into cold and warm. */
  readonly tests: readonly TestTask[];
}

/** Best items of each part that a blend is looked for among. */
const POOL_DEPTH = 300;

export const runRecipes = async <B extends Behaviour>(
  { recipes, split, all, tests }: RecipesRun<B>,
  context: QualityContext,
): Promise<QualityRun> => {
  refuseEmpty('to learn from', split.fit.bags.columns.length);
  for (const { targets } of split.tasks) refuseEmpty('to choose by', targets.columns.length);
  for (const { targets } of tests) refuseEmpty('to be found', targets.columns.length);
  const chosen = await chooseRecipes(recipes, split, context);
  const measured = await chosen.test(all, tests);
  const first = tests[0] as TestTask;
  const known = Float64Array.from(usersOf(first), (user) => rowLength(all.bags, user));
  const support = supportOf(all.items, [all.bags.columns]);
  const run = chosen.report((row) => {
    const own = measured.map((rows) => rows[row] as Measured);
    const recall = metricName(first, 'Recall');
    return {
      ...Object.assign({}, ...tests.map((task, at) => figuresOf(task, own[at] as Measured))),
      ...coldFigures(recall, own[0]?.recall ?? new Float64Array(0), known),
      ...beyondFigures(own[0]?.lists ?? [], first.k, support),
    };
  });
  return { n: { 'known items of a cold user at most': coldUpTo(known) }, ...run };
};

export interface ChosenRecipes<B extends Behaviour> {
  /** Fits all again and measures: [tests][rows], the fusion being the last row. */
  test(all: B, tests: readonly TestTask[]): Promise<Measured[][]>;
  /** The rows with what they spent, by the figures of each. */
  report(figures: (row: number) => QualityRow['subjects']): Pick<QualityRun, 'rows' | 'choices' | 'curves'>;
}

/** Settings of each row, and weights of a fusion for each task. */
export const chooseRecipes = async <B extends Behaviour>(
  recipes: readonly Recipe<B>[],
  split: Split<B>,
  context: QualityContext,
): Promise<ChosenRecipes<B>> => {
  const spent = createPartSeconds(context);
  const kinds = recipes.map(({ scores = 'scores' }) => scores);
  const chosen: Chosen<B>[] = [];
  const candidates = await inOrder(recipes, spent, async (recipe, before) => {
    const one = await recipe.choose(split, context, before);
    chosen.push(one);
    return one.part;
  });
  const fusions: { readonly weights: readonly number[]; readonly choice: Choice }[] = [];
  for (const task of split.tasks) {
    const fitted = await spent.timed('fusion', () => fitFusion(task, candidates, kinds, context));
    const settings = describeWeights(recipes, fitted.weights);
    const choice = {
      part: `fusion${named(task)}`,
      tried: [{ settings: `${fitted.tried} weights by coordinate search, of which the best`, quality: fitted.quality }],
      chosen: settings,
    };
    fusions.push({ weights: fitted.weights, choice });
    context.log(`fusion${named(task)}: ${settings}, validation ${fitted.quality.toFixed(4)}`);
  }
  for (const part of candidates) await part.close();

  return {
    test: async (all, tests) => {
      const parts = await inOrder(recipes, spent, (_, before, at) => (chosen[at] as Chosen<B>).refit(all, before));
      const measured: Measured[][] = [];
      for (const [at, task] of tests.entries()) {
        const progress = context.progress(`test${named(task)}`, usersOf(task).length, 'subjects');
        measured.push(await measureAll(task, parts, kinds, fusions[at]?.weights ?? [], progress));
      }
      for (const part of parts) await part.close();
      return measured;
    },
    report: (figures) => {
      const settings = fusions.map(({ choice }, at) => `${split.tasks[at]?.name ?? ''} ${choice.chosen}`.trim());
      const rows = recipes.map(
        ({ name, kind }, at): QualityRow => ({
          name,
          kind,
          subjects: figures(at),
          settings: chosen[at]?.choice.chosen ?? '',
          seconds: spent.seconds.get(name) ?? 0,
        }),
      );
      const fusion: QualityRow = {
        name: 'fusion',
        kind: 'fusion',
        subjects: figures(recipes.length),
        settings: settings.join('; '),
        seconds: spent.seconds.get('fusion') ?? 0,
      };
      return {
        rows: [...rows, fusion],
        choices: [...chosen, ...fusions].map(({ choice }) => choice),
        curves: chosen.flatMap(({ curve }) => curve ?? []),
      };
    },
  };
};

/** Each with the parts of those before it. */
const inOrder = async <B extends Behaviour>(
  recipes: readonly Recipe<B>[],
  { timed }: PartSeconds,
  fit: (recipe: Recipe<B>, before: ReadonlyMap<string, Part>, at: number) => Promise<Part>,
): Promise<readonly Part[]> => {
  const parts = new Map<string, Part>();
  for (const [at, recipe] of recipes.entries())
    parts.set(recipe.name, await timed(recipe.name, () => fit(recipe, parts, at)));
  return [...parts.values()];
};

/** A row's columns of a task. */
export const figuresOf = (task: NamedTask, { recall, ndcg, revenue }: Measured): QualityRow['subjects'] => ({
  [metricName(task, 'Recall')]: recall,
  [metricName(task, 'NDCG')]: ndcg,
  ...(revenue && { [`revenue@${task.k}`]: revenue }),
});

/** As the columns of the table are called. */
const metricName = ({ name, k }: NamedTask, metric: 'Recall' | 'NDCG') =>
  `${metric}@${k}${name === '' ? '' : ` ${name}`}`;

const named = ({ name }: NamedTask): string => (name === '' ? '' : ` ${name}`);

const rowLength = ({ rowStart }: Behaviour['bags'], row: number): number =>
  (rowStart[row + 1] as number) - (rowStart[row] as number);

const fitFusion = async (
  task: NamedTask,
  parts: readonly Part[],
  kinds: readonly ScoreKind[],
  context: QualityContext,
) => {
  const pool = createValidationPool({ k: task.k, depth: POOL_DEPTH });
  const progress = context.progress(`scores for the fusion${named(task)}`, usersOf(task).length, 'subjects');
  await fillPool(pool, task, parts, kinds, progress);
  return fitWeights(parts.length, pool.quality);
};

export const describeWeights = (recipes: readonly { readonly name: string }[], weights: readonly number[]): string =>
  recipes
    .map(({ name }, at) => ({ name, weight: weights[at] as number }))
    .filter(({ weight }) => weight > 0)
    .map(({ name, weight }) => `${name} ${weight.toFixed(2)}`)
    .join(', ');
