/** A candidate measured: the weights of its fusion, then NDCG of it and of all that it is compared with. */
import type { ReleasePayload } from '@nextcart/contracts';
import { coverageAt } from '@nextcart/models';
import { baselineSources } from './contenders.ts';
import type { FittedFusion } from './fit-weights.ts';
import type { Figures } from './measure.ts';
import { fitTask, measureBaselines, measureModels, readTask, type TaskDeps, WITHOUT_MODELS } from './measuring-task.ts';
import type { Candidate } from './merge-artifacts.ts';
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
}

export interface EvaluationDeps extends TaskDeps {
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
  const { threads, signal } = deps;
  const task = await readTask(deps, payload);
  const { shop, measured } = task;
  const { champion, anchor } = rivals;
  const isThird = anchor !== null && anchor !== champion;
  let done = 0;
  const total = measured.requests.length * (baselineSources.length + 2 + Number(champion !== null) + Number(isThird));
  const options = { threads, signal, onProgress: (more: number) => deps.onProgress((done += more), total) };

  const fusion = await fitTask(task, candidate, options);
  const shown = new Set<number>();
  const own = await measureModels(task, await asArtifact(candidate, 'candidate', fusion.weights), options, shown);
  const baselines = await measureBaselines(task, options);
  const without = baselines[WITHOUT_MODELS] as Figures;
  const ofChampion = champion ? await measureModels(task, champion, options) : without;
  const ofAnchor = isThird ? await measureModels(task, anchor, options) : ofChampion;
  const coverage = coverageAt([Int32Array.from(shown)], shown.size, Math.max(1, shop.items));
  return { shop, measured, fusion, candidate: own, champion: ofChampion, anchor: ofAnchor, baselines, coverage };
};
