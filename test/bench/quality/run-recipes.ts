/** Chooses on a split, fuses, fits again on everything, and measures on the test. */
import { createValidationPool, fitWeights, type ScoreKind } from '@nextcart/models';
import { fillPool, type Measured, measureAll } from './measure.ts';
import { createPartSeconds } from './part-seconds.ts';
import type { Choice, QualityContext, QualityRow, QualityRun } from './quality-bench.ts';
import type { Behaviour, Chosen, NamedTask, Part, Recipe, Split, TestTask } from './recipe.ts';

export interface RecipesRun<B extends Behaviour> {
  readonly recipes: readonly Recipe<B>[];
  readonly split: Split<B>;
  /** All of the training data. */
  readonly all: B;
  /** The same tasks as the split's, in their order; at most one has amounts. */
  readonly tests: readonly TestTask[];
}

/** Best items of each part that a blend is looked for among. */
const POOL_DEPTH = 300;

export const runRecipes = async <B extends Behaviour>(
  { recipes, split, all, tests }: RecipesRun<B>,
  context: QualityContext,
): Promise<Omit<QualityRun, 'n'>> => {
  const { timed, seconds } = createPartSeconds(context);

  const kinds = recipes.map(({ scores = 'scores' }) => scores);
  const chosen: Chosen<B>[] = [];
  for (const recipe of recipes) chosen.push(await timed(recipe.name, () => recipe.choose(split, context)));
  const fusions: { readonly weights: readonly number[]; readonly choice: Choice }[] = [];
  for (const task of split.tasks) {
    const parts = chosen.map(({ part }) => part);
    const fitted = await timed('fusion', () => fitFusion(task, parts, kinds, context));
    const settings = describeWeights(recipes, fitted.weights);
    const choice = {
      part: `fusion${named(task)}`,
      tried: [{ settings: `${fitted.tried} weights by coordinate search, of which the best`, quality: fitted.quality }],
      chosen: settings,
    };
    fusions.push({ weights: fitted.weights, choice });
    context.log(`fusion${named(task)}: ${settings}, validation ${fitted.quality.toFixed(4)}`);
  }
  for (const { part } of chosen) await part.close();

  const parts: Part[] = [];
  for (const [at, recipe] of recipes.entries())
    parts.push(await timed(recipe.name, () => (chosen[at] as Chosen<B>).refit(all)));
  const measured: Measured[][] = [];
  for (const [at, task] of tests.entries()) {
    const progress = context.progress(`test${named(task)}`, subjectCount(task), 'subjects');
    measured.push(await measureAll(task, parts, kinds, fusions[at]?.weights ?? [], progress));
  }
  for (const part of parts) await part.close();

  const subjectsOf = (row: number): QualityRow['subjects'] =>
    Object.fromEntries(
      tests.flatMap((task, at) => {
        const { recall, ndcg, revenue } = (measured[at] as Measured[])[row] as Measured;
        return [
          [metricName(task, 'Recall'), recall],
          [metricName(task, 'NDCG'), ndcg],
          ...(revenue ? [[`revenue@${task.k}`, revenue] as const] : []),
        ];
      }),
    );
  const rows = recipes.map(
    ({ name, kind }, at): QualityRow => ({
      name,
      kind,
      subjects: subjectsOf(at),
      settings: chosen[at]?.choice.chosen ?? '',
      seconds: seconds.get(name) ?? 0,
    }),
  );
  const settings = fusions.map(({ choice }, at) => `${tests[at]?.name ?? ''} ${choice.chosen}`.trim()).join('; ');
  return {
    rows: [
      ...rows,
      {
        name: 'fusion',
        kind: 'fusion',
        subjects: subjectsOf(recipes.length),
        settings,
        seconds: seconds.get('fusion') ?? 0,
      },
    ],
    choices: [...chosen.map(({ choice }) => choice), ...fusions.map(({ choice }) => choice)],
    curves: chosen.flatMap(({ curve }) => curve ?? []),
  };
};

/** As the columns of the table are called. */
export const metricName = ({ name, k }: { readonly name: string; readonly k: number }, metric: 'Recall' | 'NDCG') =>
  `${metric}@${k}${name === '' ? '' : ` ${name}`}`;

const named = ({ name }: NamedTask): string => (name === '' ? '' : ` ${name}`);

const fitFusion = async (
  task: NamedTask,
  parts: readonly Part[],
  kinds: readonly ScoreKind[],
  context: QualityContext,
) => {
  const pool = createValidationPool({ k: task.k, depth: POOL_DEPTH });
  const progress = context.progress(`scores for the fusion${named(task)}`, subjectCount(task), 'subjects');
  await fillPool(pool, task, parts, kinds, progress);
  return fitWeights(parts.length, pool.quality);
};

export const describeWeights = (recipes: readonly { readonly name: string }[], weights: readonly number[]): string =>
  recipes
    .map(({ name }, at) => ({ name, weight: weights[at] as number }))
    .filter(({ weight }) => weight > 0)
    .map(({ name, weight }) => `${name} ${weight.toFixed(2)}`)
    .join(', ');

const subjectCount = ({ targets: { rowStart } }: NamedTask): number =>
  rowStart.slice(1).filter((end, user) => end > (rowStart[user] as number)).length;
