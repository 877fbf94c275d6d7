/** A candidate measured: the weights of its fusion, then its figures and those of all that it is compared with. */
import type { Measured } from '@nextcart/clickhouse';
import type { ReleasePayload } from '@nextcart/contracts';
import type { ScoringPart } from '@nextcart/ranking';
import { baselineSources } from './contenders.ts';
import { type FitLinear, LINEAR } from './fit-linear.ts';
import { type FittedPurchases, fitPurchases, withPurchases } from './fit-purchases.ts';
import type { FittedFusion } from './fit-weights.ts';
import type { GateSettings } from './gate-settings.ts';
import type { Figures } from './measure.ts';
import {
  fitTask,
  measureBaselines,
  measureModels,
  measurePart,
  readTask,
  type TaskDeps,
  WITHOUT_MODELS,
} from './measuring-task.ts';
import type { Candidate } from './merge-artifacts.ts';
import { createPurchaseTally } from './purchase-tally.ts';
import type { ReplayedShop } from './replayed-shop.ts';
import type { MeasuringRequests } from './requests.ts';
import type { Rivals } from './rivals.ts';
import { asArtifact } from './serving.ts';

export interface Evaluation {
  readonly shop: ReplayedShop;
  readonly measured: MeasuringRequests;
  readonly fusion: FittedFusion;
  readonly candidate: Figures;
  readonly champion: Figures;
  readonly anchor: Figures;
  /** What it must beat: each part alone, the ranker that needs no training, and in a full cycle the linear partner. */
  readonly baselines: Readonly<Record<string, Figures>>;
  /** What could not be compared with. */
  readonly remarks: readonly string[];
  /** Chances of next purchases, and how far off they were for those who were measured. */
  readonly purchases: FittedPurchases & { readonly error: Measured | undefined };
}

export interface EvaluationDeps extends TaskDeps {
  readonly gate: TaskDeps['gate'] & Pick<GateSettings, 'minPurchases' | 'resamples'>;
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Absent: the linear partner is no baseline. */
  readonly linear?: FitLinear;
  readonly onProgress: (done: number, total: number) => void;
}

export const evaluate = async (
  deps: EvaluationDeps,
  payload: ReleasePayload,
  candidate: Candidate,
  rivals: Rivals,
): Promise<Evaluation> => {
  const { threads, signal, gate } = deps;
  const task = await readTask(deps, payload);
  const { shop, measured } = task;
  const { champion, anchor } = rivals;
  const linear = await fitLinear(deps, payload, shop.index);
  const isFitted = linear !== null && typeof linear === 'object';
  const isThird = anchor !== null && anchor !== champion;
  let done = 0;
  const contenders = baselineSources.length + 2 + Number(isFitted) + Number(champion !== null) + Number(isThird);
  const total = measured.requests.length * contenders;
  const options = { threads, signal, onProgress: (more: number) => deps.onProgress((done += more), total) };

  const fusion = await fitTask(task, candidate, options);
  const { weights } = fusion;
  const fitted = await fitPurchases(candidate, shop, task.fitting, { ...gate, weights, threads, signal });
  const complete = withPurchases(candidate, fitted.calibration);
  const tally = createPurchaseTally();
  const own = await measureModels(task, await asArtifact(complete, 'candidate', weights), options, tally.see);
  const purchases = { ...fitted, error: tally.error({ seed: payload.seed, resamples: gate.resamples }) };
  const baselines = await measureBaselines(task, options);
  if (isFitted) baselines[LINEAR] = await measurePart(task, linear, options);
  const without = baselines[WITHOUT_MODELS] as Figures;
  const ofChampion = champion ? await measureModels(task, champion, options) : without;
  const ofAnchor = isThird ? await measureModels(task, anchor, options) : ofChampion;
  const rivalFigures = { champion: ofChampion, anchor: ofAnchor, baselines };
  const remarks = typeof linear === 'string' ? [linear] : [];
  return { shop, measured, fusion, candidate: own, ...rivalFigures, remarks, purchases };
};

/** In a full cycle, which has the time; null: not asked for. Else the part, or why there is none. */
const fitLinear = async (
  { linear, attempt, threads, signal }: EvaluationDeps,
  { parent, topicId, ranges }: ReleasePayload,
  index: ReplayedShop['index'],
): Promise<ScoringPart | string | null> =>
  linear === undefined || parent !== null ? null : linear({ topicId, ranges }, { attempt, index, threads, signal });
