/** Chooses each part's settings on the newest training sessions, fits again on all of them, and measures the test once. */
import { createValidationPool, fitWeights, fuse, nextItemFigures, rankAgainst, toCommonScale } from '@nextcart/models';
import { beyondFigures, coldFigures, coldUpTo, shownOf, supportOf } from '../list-figures.ts';
import { createPartSeconds } from '../part-seconds.ts';
import type { Clusters, QualityContext, QualityRow, QualityRun } from '../quality-bench.ts';
import { refuseEmpty } from '../refuse-empty.ts';
import { describeWeights } from '../run-recipes.ts';
import { type Prefix, prefixesOf, type SessionFiles, thin } from './data.ts';
import { K, visitPrefixes } from './measure.ts';
import type { ChosenSessions, SessionPart, SessionRecipe, SessionSplit } from './session-part.ts';

/** Best items of each part that a blend is looked for among. */
const POOL_DEPTH = 100;
const NOBODY: ReadonlySet<number> = new Set();
const NOTHING = new Int32Array(0);
/** What is cut into cold and warm. */
const FIRST = `HR@${K}`;

export interface SessionBudget {
  /** Of the training sessions, the newest, that settings are chosen by. */
  readonly share: number;
  /** Prefixes that settings are compared on, evenly spaced over the validation's. */
  readonly validation: number;
  readonly test: number;
}

export const runSessions = async (
  { items, sessions, test }: SessionFiles,
  recipes: readonly SessionRecipe[],
  budget: SessionBudget,
  context: QualityContext,
): Promise<QualityRun> => {
  const split = splitSessions(sessions, items, budget);
  const { validation } = split;
  const prefixes = thin(test, budget.test);
  refuseEmpty('to learn from', split.fit.sessions.length);
  refuseEmpty('to choose by in the newest sessions', validation.length);
  refuseEmpty('to be found', prefixes.length);
  const { timed, seconds } = createPartSeconds(context);

  const chosen: ChosenSessions[] = [];
  for (const recipe of recipes) chosen.push(await timed(recipe.name, () => recipe.choose(split, context)));
  const candidates = chosen.map(({ part }) => part);
  const fusion = await timed('fusion', () => fitFusion(validation, recipes, candidates, items, context));
  const weights = describeWeights(recipes, fusion.weights);
  context.log(`fusion: ${weights}, validation ${fusion.quality.toFixed(4)}`);
  for (const part of candidates) await part.close();

  const parts: SessionPart[] = [];
  for (const [at, { name }] of recipes.entries())
    parts.push(await timed(name, () => (chosen[at] as ChosenSessions).refit({ items, sessions })));
  const measured = await measure(prefixes, recipes, parts, fusion.weights, items, context);
  for (const part of parts) await part.close();

  const known = prefixes.map(({ query }) => query.length);
  const support = supportOf(items, sessions);
  const subjectsOf = (row: number): QualityRow['subjects'] => {
    const { ranks, lists } = measured[row] as Measured;
    const figures = nextItemFigures(ranks, K);
    return {
      ...figures,
      ...coldFigures(FIRST, figures[FIRST] as Float64Array, known),
      ...beyondFigures(lists, K, support),
    };
  };
  const numbers = numbered(prefixes.map(({ session }) => session));
  return {
    n: {
      'training sessions': sessions.length,
      items,
      prefixes: prefixes.length,
      'test sessions': (numbers.at(-1) ?? -1) + 1,
      'validation prefixes': validation.length,
      'clicks of a cold prefix at most': coldUpTo(known),
    },
    clusters: { name: 'sessions', of: clustersOf(numbers, known) },
    rows: [
      ...recipes.map(({ name, kind }, row) => ({
        name,
        kind,
        subjects: subjectsOf(row),
        settings: chosen[row]?.choice.chosen ?? '',
        seconds: seconds.get(name) ?? 0,
      })),
      {
        name: 'fusion',
        kind: 'fusion',
        subjects: subjectsOf(recipes.length),
        settings: weights,
        seconds: seconds.get('fusion') ?? 0,
      },
    ],
    choices: [
      ...chosen.map(({ choice }) => choice),
      {
        part: 'fusion',
        tried: [
          { settings: `${fusion.tried} weights by coordinate search, of which the best`, quality: fusion.quality },
        ],
        chosen: weights,
      },
    ],
    curves: chosen.flatMap(({ curve }) => curve ?? []),
  };
};

/** Of the newest sessions some prefixes, without items that no older session has. */
const splitSessions = (sessions: readonly Int32Array[], items: number, budget: SessionBudget): SessionSplit => {
  const cut = Math.floor(sessions.length * (1 - budget.share));
  const fit = { items, sessions: sessions.slice(0, cut) };
  const known = new Uint8Array(items);
  for (const session of fit.sessions) for (const item of session) known[item] = 1;
  const prefixes = prefixesOf(sessions.slice(cut), (item) => known[item] === 1);
  return { fit, validation: thin(prefixes, budget.validation) };
};

const fitFusion = async (
  prefixes: readonly Prefix[],
  recipes: readonly SessionRecipe[],
  parts: readonly SessionPart[],
  items: number,
  { signal, ...context }: QualityContext,
) => {
  const pool = createValidationPool({ k: K, depth: POOL_DEPTH });
  const common = parts.map(() => new Float32Array(items));
  const progress = context.progress('scores for the fusion', prefixes.length, 'prefixes');
  await visitPrefixes(prefixes, parts, items, { signal, progress }, ({ target }, scores) => {
    scores.forEach((one, at) => {
      toCommonScale(one, recipes[at]?.scores ?? 'scores', NOTHING, common[at] as Float32Array);
    });
    pool.add(common, NOBODY, new Set([target]));
  });
  return fitWeights(parts.length, pool.quality);
};

interface Measured {
  /** Of the target; behind all items where it is not among the first K. */
  readonly ranks: Int32Array;
  readonly lists: Int32Array[];
}

/** Each part, and their fusion as the last; a target that no training session has is last. */
const measure = async (
  prefixes: readonly Prefix[],
  recipes: readonly SessionRecipe[],
  parts: readonly SessionPart[],
  weights: readonly number[],
  items: number,
  { signal, ...context }: QualityContext,
): Promise<readonly Measured[]> => {
  const progress = context.progress('test', prefixes.length, 'prefixes');
  const rows = [...parts, undefined].map(
    (): Measured => ({ ranks: new Int32Array(prefixes.length).fill(items), lists: [] }),
  );
  const common = parts.map((_, at) => ((weights[at] as number) > 0 ? new Float32Array(items) : undefined));
  const fused = new Float32Array(items);
  await visitPrefixes(prefixes, parts, items, { signal, progress }, ({ target }, scores, at) => {
    scores.forEach((one, part) => {
      const into = common[part];
      if (into) toCommonScale(one, recipes[part]?.scores ?? 'scores', NOTHING, into);
    });
    fuse(common, weights, fused);
    const targets = target < 0 ? NOBODY : new Set([target]);
    [...scores, fused].forEach((one, row) => {
      const { ranks, lists } = rows[row] as Measured;
      const ranked = rankAgainst(one, NOBODY, targets, K);
      const place = ranked.indexOf(target);
      if (place >= 0) ranks[at] = place + 1;
      lists.push(shownOf(ranked, one));
    });
  });
  return rows;
};

/** Of every metric that has a figure a prefix. */
const clustersOf = (numbers: Int32Array, known: readonly number[]): Clusters['of'] => ({
  ...Object.fromEntries(['HR', 'MRR', 'NDCG', 'novelty'].map((metric) => [`${metric}@${K}`, numbers])),
  ...Object.fromEntries(
    Object.entries(coldFigures(FIRST, Float64Array.from(numbers), known)).map(([metric, some]) => [
      metric,
      Int32Array.from(some),
    ]),
  ),
});

/** From 0 on, in the order of appearance. */
const numbered = (sessions: readonly number[]): Int32Array => {
  let number = -1;
  return Int32Array.from(sessions, (session, at) => (session === sessions[at - 1] ? number : (number += 1)));
};
