/** Chooses each part's settings on the newest training sessions, fits again on all of them, and measures the test once. */
import { setImmediate as turn } from 'node:timers/promises';
import {
  createValidationPool,
  fitWeights,
  fuse,
  ndcgAt,
  nextItemFigures,
  rankAgainst,
  rankOf,
  standardise,
} from '@nextcart/models';
import { meanOf } from '../intervals.ts';
import type { Choice, QualityContext, QualityRow, QualityRun } from '../quality-bench.ts';
import { bestOf } from '../recipe.ts';
import { type Prefix, prefixesOf, type SessionFiles, thin } from './data.ts';
import type { ScoreSession, SessionLog, SessionRecipe, Setting } from './session-part.ts';

const K = 20;
const VALIDATION_SHARE = 0.05;
const NOBODY: ReadonlySet<number> = new Set();
const NOTHING = new Int32Array(0);

export interface SessionBudget {
  /** Prefixes that settings are compared on, evenly spaced over the validation's. */
  readonly validation: number;
  readonly test: number;
}

export const runSessions = async (
  { items, sessions, test }: SessionFiles,
  recipes: readonly SessionRecipe[],
  budget: SessionBudget,
  context: Pick<QualityContext, 'log' | 'progress' | 'signal'>,
): Promise<QualityRun> => {
  const cut = Math.floor(sessions.length * (1 - VALIDATION_SHARE));
  const fit: SessionLog = { items, sessions: sessions.slice(0, cut) };
  const known = new Uint8Array(items);
  for (const session of fit.sessions) for (const item of session) known[item] = 1;
  const validation = thin(
    prefixesOf(sessions.slice(cut), (item) => known[item] === 1),
    budget.validation,
  );
  const seconds = recipes.map(() => 0);
  const chosen: { setting: Setting; settings: string; score: ScoreSession; choice: Choice }[] = [];
  for (const [row, { name, grid }] of recipes.entries()) {
    const startedAt = performance.now();
    const tried = [];
    for (const setting of grid) {
      await turn(); // lets a signal in
      context.signal.throwIfAborted();
      const score = setting.fit(fit);
      const quality = ndcgOver(validation, score, items);
      context.log(`${name}, ${setting.settings}: validation ${quality.toFixed(4)}`);
      tried.push({ setting, settings: setting.settings, quality, score });
    }
    seconds[row] = (performance.now() - startedAt) / 1000;
    const best = bestOf(tried);
    const choice = {
      part: name,
      tried: tried.map(({ settings, quality }) => ({ settings, quality })),
      chosen: best.settings,
    };
    chosen.push({ ...best, choice });
  }
  const fusion = fitFusion(
    validation,
    chosen.map(({ score }) => score),
    items,
  );
  const weights = recipes
    .map(({ name }, at) => ({ name, weight: fusion.weights[at] as number }))
    .filter(({ weight }) => weight > 0)
    .map(({ name, weight }) => `${name} ${weight.toFixed(2)}`)
    .join(', ');
  context.log(`fusion: ${weights}, validation ${fusion.quality.toFixed(4)}`);

  const fitted = chosen.map(({ setting }) => setting.fit({ items, sessions }));
  const ranks = await measure(thin(test, budget.test), fitted, fusion.weights, items, context);
  const subjectsOf = (row: number): QualityRow['subjects'] => nextItemFigures(ranks[row] as Int32Array, K);
  return {
    n: { 'training sessions': sessions.length, items, prefixes: ranks[0]?.length ?? 0, validation: validation.length },
    rows: [
      ...recipes.map(({ name, kind }, row) => ({
        name,
        kind,
        subjects: subjectsOf(row),
        settings: chosen[row]?.settings ?? '',
        seconds: seconds[row] as number,
      })),
      { name: 'fusion', kind: 'fusion', subjects: subjectsOf(recipes.length), settings: weights },
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
    curves: [],
  };
};

const ndcgOver = (prefixes: readonly Prefix[], score: ScoreSession, items: number): number => {
  const scores = new Float32Array(items);
  return meanOf(
    prefixes.map(({ query, target }) => {
      scores.fill(0);
      score(query, scores);
      const targets = new Set([target]);
      return ndcgAt(rankAgainst(scores, NOBODY, targets, K), targets, K);
    }),
  );
};

const fitFusion = (prefixes: readonly Prefix[], parts: readonly ScoreSession[], items: number) => {
  const pool = createValidationPool({ k: K, depth: 100 });
  const z = parts.map(() => new Float32Array(items));
  for (const { query, target } of thin(prefixes, 2000)) {
    fillStandardised(parts, query, z);
    pool.add(z, NOBODY, new Set([target]));
  }
  return fitWeights(parts.length, pool.quality);
};

const fillStandardised = (parts: readonly ScoreSession[], query: Int32Array, z: readonly Float32Array[]) =>
  parts.forEach((score, at) => {
    const into = z[at] as Float32Array;
    into.fill(0);
    score(query, into);
    standardise(into, NOTHING, into);
  });

/** The target's rank by each part, and by their fusion as the last; a target that no training session has is last. */
const measure = async (
  prefixes: readonly Prefix[],
  parts: readonly ScoreSession[],
  weights: readonly number[],
  items: number,
  { progress, signal }: Pick<QualityContext, 'progress' | 'signal'>,
): Promise<Int32Array[]> => {
  const shown = progress('test', prefixes.length, 'prefixes');
  const ranks = [...parts, undefined].map(() => new Int32Array(prefixes.length).fill(items));
  const z = parts.map(() => new Float32Array(items));
  const fused = new Float32Array(items);
  for (const [at, { query, target }] of prefixes.entries()) {
    if (at % 500 === 0) {
      await turn();
      signal.throwIfAborted();
      shown.at(at);
    }
    if (target < 0) continue;
    // standardising keeps the order, ties as well
    fillStandardised(parts, query, z);
    fuse(z, weights, fused);
    [...z, fused].forEach((scores, row) => void ((ranks[row] as Int32Array)[at] = rankOf(scores, target)));
  }
  shown.done();
  return ranks;
};
