/** Chooses each part's settings on the validation, fuses, fits again on all that is known, and measures the test once. */
import { createValidationPool, fitWeights, fuse, type ScoreKind, toCommonScale } from '@nextcart/models';
import { createPartSeconds } from '../part-seconds.ts';
import type { Choice, QualityContext, QualityRow, QualityRun } from '../quality-bench.ts';
import { describeWeights } from '../run-recipes.ts';
import { oracle } from './baselines.ts';
import { createFigures, type Figures } from './figures.ts';
import { deciding, K, visitLooks } from './measure.ts';
import { asks, type Look, type LookTask, type Period, type ShopLog } from './shop-log.ts';
import type { ChosenShop, ShopPart, ShopRecipe } from './shop-part.ts';

/** Best items of each part that a blend is looked for among. */
const POOL_DEPTH = 100;

/** Looks that a fusion's weights are fitted on, at most. */
const FUSION_LOOKS = 3000;

export const runShop = async (
  log: ShopLog,
  recipes: readonly ShopRecipe[],
  context: QualityContext,
): Promise<Pick<QualityRun, 'rows' | 'choices' | 'curves'>> => {
  const { timed, seconds } = createPartSeconds(context);
  const { validation, test } = log;
  const items = test.known.items.length;
  const kinds = recipes.map(({ scores = 'scores' }) => scores);

  const chosen: ChosenShop[] = [];
  for (const recipe of recipes) chosen.push(await timed(recipe.name, () => recipe.choose(validation, context)));
  const candidates = chosen.map(({ part }) => part);
  const fusions = new Map<string, { readonly weights: readonly number[]; readonly choice: Choice }>();
  for (const task of validation.tasks) {
    if (!deciding.some((name) => name === task.name)) continue;
    const { weights, tried, quality } = await timed('fusion', () =>
      fitFusion(weighedOn(validation, task), candidates, kinds, items, context),
    );
    const settings = describeWeights(recipes, weights);
    context.log(`fusion ${task.name}: ${settings}, validation ${quality.toFixed(4)}`);
    const choice = {
      part: `fusion ${task.name}`,
      tried: [{ settings: `${tried} weights by coordinate search, of which the best`, quality }],
      chosen: settings,
    };
    fusions.set(task.name, { weights, choice });
  }
  for (const part of candidates) await part.close();

  const parts: ShopPart[] = [];
  for (const [at, { name }] of recipes.entries())
    parts.push(await timed(name, () => (chosen[at] as ChosenShop).refit(test.known)));
  const names = [...recipes.map(({ name }) => name), 'fusion', 'oracle'];
  const figures = names.map(() => createFigures(test.known));
  for (const task of test.tasks) {
    const weights = (fusions.get(task.name) ?? fusions.get('next'))?.weights ?? [];
    await measure(task, parts, kinds, weights, items, figures, context);
  }
  for (const part of parts) await part.close();

  const best = (figures.at(-1) as Figures).subjects();
  const rowOf = (name: string, at: number): QualityRow => ({
    name,
    kind: name === 'fusion' ? 'fusion' : (recipes[at]?.kind ?? 'baseline'),
    subjects: withShares((figures[at] as Figures).subjects(), best),
    settings: chosen[at]?.choice.chosen ?? (name === 'fusion' ? settingsOf(fusions) : 'the true chances'),
    ...(seconds.has(name) && { seconds: seconds.get(name) as number }),
  });
  return {
    rows: names.map(rowOf),
    choices: [...chosen.map(({ choice }) => choice), ...[...fusions.values()].map(({ choice }) => choice)],
    curves: chosen.flatMap(({ curve }) => curve ?? []),
  };
};

/** NDCG@20 over the oracle's mean. */
const withShares = (
  subjects: Readonly<Record<string, Float64Array>>,
  best: Readonly<Record<string, Float64Array>>,
): Readonly<Record<string, Float64Array>> => ({
  ...Object.fromEntries(
    deciding.map((name) => {
      const values = best[`NDCG@${K} ${name}`] as Float64Array;
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return [`of oracle, ${name}`, (subjects[`NDCG@${K} ${name}`] as Float64Array).map((value) => value / mean)];
    }),
  ),
  ...subjects,
});

const settingsOf = (fusions: ReadonlyMap<string, { readonly choice: Choice }>): string =>
  [...fusions].map(([name, { choice }]) => `${name}: ${choice.chosen}`).join('; ');

/** Many looks of a kind, so that a dozen weights are not fitted to the chance of a few hundred. */
const weighedOn = ({ lessons }: Period, task: LookTask): LookTask => {
  const own = lessons.filter(({ ask }) => asks[ask] === task.name);
  return own.length > task.looks.length ? { name: task.name, looks: own.slice(0, FUSION_LOOKS) } : task;
};

const fitFusion = async (
  { name, looks }: LookTask,
  parts: readonly ShopPart[],
  kinds: readonly ScoreKind[],
  items: number,
  context: QualityContext,
) => {
  const pool = createValidationPool({ k: K, depth: POOL_DEPTH });
  const common = parts.map(() => new Float32Array(items));
  const progress = context.progress(`scores for the fusion ${name}`, looks.length, 'looks');
  await visitLooks(looks, parts, items, { signal: context.signal, progress }, ({ target, soldOut }, scores) => {
    scores.forEach((one, at) => {
      toCommonScale(one, kinds[at] as ScoreKind, soldOut, common[at] as Float32Array);
    });
    pool.add(common, new Set(soldOut), new Set([target]));
  });
  return fitWeights(parts.length, pool.quality);
};

/** Each part's scores of a task's looks, their fusion's and the truth's, into the figures of their rows. */
const measure = async (
  task: LookTask,
  parts: readonly ShopPart[],
  kinds: readonly ScoreKind[],
  weights: readonly number[],
  items: number,
  figures: readonly Figures[],
  context: QualityContext,
): Promise<void> => {
  const common = parts.map((_, at) => ((weights[at] as number) > 0 ? new Float32Array(items) : undefined));
  const fused = new Float32Array(items);
  const progress = context.progress(`test ${task.name}`, task.looks.length, 'looks');
  for (const one of figures) one.begin(task);
  const all = [...parts, oracle(items)];
  const visit = (look: Look, scores: readonly Float32Array[]) => {
    common.forEach((into, at) => {
      if (into) toCommonScale(scores[at] as Float32Array, kinds[at] as ScoreKind, look.soldOut, into);
    });
    fuse(common, weights, fused);
    [...scores.slice(0, -1), fused, scores.at(-1) as Float32Array].forEach((one, row) => figures[row]?.add(look, one));
  };
  await visitLooks(task.looks, all, items, { signal: context.signal, progress }, visit);
  for (const one of figures) one.end();
};
