/**
 * A pass over the slice that a candidate was measured over, so that the newest behaviour is in its models, too. Invariants:
 * what has passed the gate is released whatever becomes of this pass; models that the pass moved further than their bands
 * allow are not released.
 */
import type { LogSlice, ModelKind, TrainingBudget, TrainResult } from '@nextcart/contracts';
import type { RankedList } from '@nextcart/ranking';
import { trained } from './contenders.ts';
import type { GateSettings } from './gate-settings.ts';
import { measure } from './measure.ts';
import { type Candidate, mergeArtifacts } from './merge-artifacts.ts';
import type { ReplayedShop } from './replayed-shop.ts';
import type { MeasuringRequests } from './requests.ts';
import { compareScores, type Spread, spreadOf } from './score-band.ts';
import { asArtifact, modelSources, type Weights } from './serving.ts';

/** A warm start of one model over the slice, from the candidate's artifact. The same again goes on where it was. */
export interface RefitRequest {
  /** Another for each model of a cycle. */
  readonly name: string;
  readonly kind: ModelKind;
  /** Name of the candidate among the trained artifacts, and its hash. */
  readonly from: { readonly release: string; readonly hash: string };
  readonly topicId: string;
  readonly ranges: readonly LogSlice[];
  readonly seed: number;
  readonly budget: TrainingBudget;
  readonly signal: AbortSignal;
  /** Share of it that is done. */
  readonly onProgress: (share: number) => void;
}
/** The result names an artifact among the trained ones. */
export type Refit = (request: RefitRequest) => Promise<TrainResult>;

export interface RefitDeps {
  readonly refit: Refit | undefined;
  /** Passes that may run at once, each a process of its own; absent: one after the other. */
  readonly atOnce?: number;
  readonly gate: GateSettings;
  readonly threads: number;
  readonly folderOf: (trained: string) => string;
  readonly signal: AbortSignal;
  readonly shop: ReplayedShop;
  /** Over the slice. */
  readonly measured: MeasuringRequests;
}

export interface Refitted {
  /** Null: release it as it was measured. */
  readonly candidate: Candidate | null;
  readonly losses: Readonly<Record<string, number>>;
  /** In the words of the decision. */
  readonly reason: string;
}

const unchanged = (reason: string): Refitted => ({ candidate: null, losses: {}, reason });

/** `requests`: one a model. `before`: losses of the trainings, by model. */
export const refitCandidate = async (
  deps: RefitDeps,
  candidate: Candidate,
  weights: Weights,
  requests: readonly RefitRequest[],
  before: Readonly<Record<string, number>>,
): Promise<Refitted> => {
  const { refit, gate, signal } = deps;
  if (refit === undefined) return unchanged('released as it was measured: no pass over the slice was made');
  try {
    const results = (deps.atOnce ?? 1) > 1 ? await allOf(requests.map(refit)) : await inTurn(requests, refit);
    const losses = Object.fromEntries(results.map(({ kind, loss }) => [kind, loss]));
    const moved = await mergeArtifacts(deps.folderOf, results);
    const problem =
      lossProblem(before, results, gate.refit.lossFactor) ??
      (modelSources(moved).length < modelSources(candidate).length ? 'a model is missing' : undefined) ??
      looksProblem(await lookAt(deps, candidate, weights), await lookAt(deps, moved, weights), gate.refit);
    if (problem !== undefined)
      return { ...unchanged(`released as it was measured: after the pass ${problem}`), losses };
    return { candidate: moved, losses, reason: 'learned the slice too, within its bands' };
  } catch (error) {
    if (signal.aborted) throw error;
    return unchanged(`released as it was measured: the pass over the slice failed: ${(error as Error).message}`);
  }
};

const inTurn = async (requests: readonly RefitRequest[], refit: Refit): Promise<TrainResult[]> => {
  const results: TrainResult[] = [];
  for (const request of requests) results.push(await refit(request));
  return results;
};

/** Rejects as the first of them does, when all have ended: nothing of a cycle that is over may still run. */
const allOf = async (passes: readonly Promise<TrainResult>[]): Promise<TrainResult[]> => {
  await Promise.allSettled(passes);
  return Promise.all(passes);
};

const lossProblem = (
  before: Readonly<Record<string, number>>,
  after: readonly TrainResult[],
  factors: GateSettings['refit']['lossFactor'],
): string | undefined => {
  for (const { kind, loss } of after) {
    const most = Math.abs(before[kind] ?? Number.NaN) * factors[kind];
    if (!(loss <= most))
      return `the ${kind} model's loss was ${loss.toFixed(4)}, above ${most.toFixed(4)}: ${factors[kind]} times that of its training`;
  }
  return undefined;
};

/** Requests of the slice that both are looked at on. */
const SAMPLE = 512;

interface Looks {
  readonly ndcg: number;
  /** Of scores in lists. */
  readonly spread: Spread;
}

const lookAt = async (deps: RefitDeps, candidate: Candidate, weights: Weights): Promise<Looks> => {
  const { shop, threads, signal } = deps;
  const requests = deps.measured.requests.slice(0, SAMPLE);
  const subjects = 1 + (requests.at(-1)?.subject ?? -1);
  const contender = await trained(shop, await asArtifact(candidate, 'after the gate', weights), threads);
  const scores: number[] = [];
  try {
    const seeLists = (_: unknown, lists: readonly RankedList[]) => {
      for (const { items } of lists) for (const { score } of items) scores.push(score);
    };
    const options = { shop, k: shop.configuration.listSize, signal, onProgress: () => {}, seeLists };
    const figures = await measure(contender, { requests, subjects, leftOut: 0 }, options);
    return { ndcg: figures.all.reduce((sum, one) => sum + one, 0) / subjects, spread: spreadOf(scores) };
  } finally {
    await contender.close();
  }
};

/** What is wrong with the one after, in words. What has learned the slice must not know it worse than before. */
const looksProblem = (before: Looks, after: Looks, bands: GateSettings['refit']): string | undefined =>
  after.ndcg >= bands.ndcgShare * before.ndcg
    ? compareScores(before.spread, after.spread, bands)
    : `NDCG over the slice itself fell from ${before.ndcg.toFixed(4)} to ${after.ndcg.toFixed(4)}`;
