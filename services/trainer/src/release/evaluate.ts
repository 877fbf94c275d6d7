/** A candidate measured: the weights of its fusion, then NDCG of it and of all that it is compared with. */
import type { Measured } from '@nextcart/clickhouse';
import type { ReleasePayload } from '@nextcart/contracts';
import { coverageAt } from '@nextcart/models';
import { baselineSources } from './contenders.ts';
import { type FittedPurchases, fitPurchases, withPurchases } from './fit-purchases.ts';
import type { FittedFusion } from './fit-weights.ts';
import type { GateSettings } from './gate-settings.ts';
import type { Figures } from './measure.ts';
import { fitTask, measureBaselines, measureModels, readTask, type TaskDeps, WITHOUT_MODELS } from './measuring-task.ts';
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
  /** What it must beat: each part alone, and the ranker that needs no training. */
  readonly baselines: Readonly<Record<string, Figures>>;
  /** Share of the catalogue that is among the first 20 of any list. */
  readonly coverage: number;
  /** Chances of next purchases, and how far off they were for those who were measured. */
  readonly purchases: FittedPurchases & { readonly error: Measured | undefined };
}

export interface EvaluationDeps extends TaskDeps {
  readonly gate: TaskDeps['gate'] & Pick<GateSettings, 'minPurchases' | 'resamples'>;
  readonly threads: number;
  readonly signal: AbortSignal;
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
  const isThird = anchor !== null && anchor !== champion;
  let done = 0;
  const total = measured.requests.length * (baselineSources.length + 2 + Number(champion !== null) + Number(isThird));
  const options = { threads, signal, onProgress: (more: number) => deps.onProgress((done += more), total) };

  const fusion = await fitTask(task, candidate, options);
  const { weights } = fusion;
  const fitted = await fitPurchases(candidate, shop, task.fitting, { ...gate, weights, threads, signal });
  const complete = withPurchases(candidate, fitted.calibration);
  const shown = new Set<number>();
  const tally = createPurchaseTally();
  const own = await measureModels(task, await asArtifact(complete, 'candidate', weights), options, (asked, lists) => {
    for (const { items } of lists) for (const { itemId } of items) shown.add(shop.index.add(itemId));
    tally.see(asked, lists);
  });
  const purchases = { ...fitted, error: tally.error({ seed: payload.seed, resamples: gate.resamples }) };
  const baselines = await measureBaselines(task, options);
  const without = baselines[WITHOUT_MODELS] as Figures;
  const ofChampion = champion ? await measureModels(task, champion, options) : without;
  const ofAnchor = isThird ? await measureModels(task, anchor, options) : ofChampion;
  const coverage = coverageAt([Int32Array.from(shown)], shown.size, Math.max(1, shop.items));
  const rivalFigures = { champion: ofChampion, anchor: ofAnchor, baselines };
  return { shop, measured, fusion, candidate: own, ...rivalFigures, coverage, purchases };
};
