/** What a cycle's candidate is measured by, and whoever is measured by it: all over the same requests of the same shop. */
import type { ReleasePayload } from '@nextcart/contracts';
import type { Artifact } from '@nextcart/models';
import { baselineSources, type Contender, trained, untrained } from './contenders.ts';
import { type FittedFusion, fitFusion } from './fit-weights.ts';
import type { GateSettings } from './gate-settings.ts';
import { type Figures, measure } from './measure.ts';
import type { Candidate } from './merge-artifacts.ts';
import { type ReplayedShop, readShop, type ShopDeps } from './replayed-shop.ts';
import { type MeasuringRequest, type MeasuringRequests, readRequests } from './requests.ts';
import { validationSlice } from './validation-slice.ts';

/** Who does no better than this has nothing to offer, also where nothing else is in force. */
export const WITHOUT_MODELS = 'the parts without models';

/** Of NDCG, and of the lists that are looked at. */
export const K = 20;

export interface MeasuringTask {
  /** What came last before the slice, as of then: for the weights of the fusion. */
  readonly fitting: { readonly shop: ReplayedShop; readonly requests: readonly MeasuringRequest[] };
  readonly shop: ReplayedShop;
  readonly measured: MeasuringRequests;
}

export interface TaskDeps extends ShopDeps {
  readonly gate: Pick<GateSettings, 'maxSubjects' | 'requestsPerSubject' | 'fusionSubjects'>;
}

export interface TaskOptions {
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Requests that were ranked, more at each call. */
  readonly onProgress: (more: number) => void;
}

export const readTask = async (
  deps: TaskDeps,
  payload: Pick<ReleasePayload, 'topicId' | 'ranges' | 'slice'>,
): Promise<MeasuringTask> => {
  const { maxSubjects, requestsPerSubject, fusionSubjects } = deps.gate;
  const before = { topicId: payload.topicId, slice: validationSlice(payload) };
  const earlier = await readShop(deps, before, K);
  const sample = { maxSubjects: fusionSubjects, perSubject: 1 };
  const { requests } = await readRequests(deps, before, sample, earlier.index);
  const shop = await readShop(deps, payload, K);
  const measured = await readRequests(deps, payload, { maxSubjects, perSubject: requestsPerSubject }, shop.index);
  return { fitting: { shop: earlier, requests }, shop, measured };
};

/** The weights of a candidate's fusion, from before the slice. */
export const fitTask = (
  { fitting }: MeasuringTask,
  candidate: Candidate,
  { threads, signal }: Pick<TaskOptions, 'threads' | 'signal'>,
): Promise<FittedFusion> => fitFusion(candidate, fitting.shop, fitting.requests, { k: K, threads, signal });

/** `seen`: numbers of the items in its lists. */
export const measureModels = async (
  task: MeasuringTask,
  artifact: Artifact,
  options: TaskOptions,
  seen?: Set<number>,
): Promise<Figures> => figuresOf(task, await trained(task.shop, artifact, options.threads), options, seen);

/** What any candidate must beat, by name: each part alone, and the ranker that needs no training. */
export const measureBaselines = async (task: MeasuringTask, options: TaskOptions): Promise<Record<string, Figures>> => {
  const baselines: Record<string, Figures> = {};
  baselines[WITHOUT_MODELS] = await figuresOf(task, untrained(task.shop), options);
  for (const source of baselineSources)
    baselines[source] = await figuresOf(task, untrained(task.shop, { [source]: 1 }), options);
  return baselines;
};

const figuresOf = async (
  { shop, measured }: MeasuringTask,
  contender: Contender,
  { signal, onProgress }: TaskOptions,
  seen?: Set<number>,
): Promise<Figures> => {
  try {
    return await measure(contender, measured, {
      ...{ k: K, signal, onProgress },
      seeLists: (_, lists) => {
        for (const { items } of lists) for (const { itemId } of items) seen?.add(shop.index.add(itemId));
      },
    });
  } finally {
    await contender.close();
  }
};
