/** What a cycle's candidate is measured by, and whoever is measured by it: all over the same requests of the same shop. */
import { MEASURED_PLACES, type ReleasePayload } from '@nextcart/contracts';
import type { Artifact } from '@nextcart/models';
import { defaultConfiguration, type ScoringPart } from '@nextcart/ranking';
import { baselineSources, type Contender, trained, untrained } from './contenders.ts';
import { type FittedFusion, fitFusion } from './fit-weights.ts';
import type { GateSettings } from './gate-settings.ts';
import { type Figures, type MeasureOptions, measure } from './measure.ts';
import type { Candidate } from './merge-artifacts.ts';
import { type ReplayedShop, readShop, type ShopDeps } from './replayed-shop.ts';
import { type MeasuringRequest, type MeasuringRequests, readRequests } from './requests.ts';

/** Who does no better than this has nothing to offer, also where nothing else is in force. */
export const WITHOUT_MODELS = 'the parts without models';

/** Of the lists that are measured. */
export const K = MEASURED_PLACES;

export interface MeasuringTask {
  readonly shop: ReplayedShop;
  /** Of other subjects than those that are measured: for the weights of the fusion. */
  readonly fitting: readonly MeasuringRequest[];
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
  log: Pick<ReleasePayload, 'topicId' | 'slice'>,
): Promise<MeasuringTask> => {
  const { maxSubjects, requestsPerSubject, fusionSubjects } = deps.gate;
  const shop = await readShop(deps, log, K);
  const sample = { maxSubjects: maxSubjects + fusionSubjects, perSubject: requestsPerSubject };
  const found = await readRequests(deps, log, sample, shop.index);
  return { shop, ...apart(found, fusionSubjects) };
};

/** Every so manieth subject fits the fusion, whose weights must not be fitted on what models have learned from. */
const FITTING = 4;

/** Subjects for the fusion, at most `most`, and the others, numbered anew. */
export const apart = (
  { requests, leftOut }: MeasuringRequests,
  most: number,
): Pick<MeasuringTask, 'fitting' | 'measured'> => {
  const isFitting = (subject: number) => subject % FITTING === FITTING - 1 && subject < most * FITTING;
  const numbers = new Map<number, number>();
  const measured = requests.flatMap((request) => {
    if (isFitting(request.subject)) return [];
    const subject = numbers.get(request.subject) ?? numbers.size;
    numbers.set(request.subject, subject);
    return [{ ...request, subject }];
  });
  return {
    fitting: requests.filter(({ subject }) => isFitting(subject)),
    measured: { requests: measured, subjects: numbers.size, leftOut },
  };
};

/** The weights of a candidate's fusion. */
export const fitTask = (
  { shop, fitting }: MeasuringTask,
  candidate: Candidate,
  { threads, signal }: Pick<TaskOptions, 'threads' | 'signal'>,
): Promise<FittedFusion> => fitFusion(candidate, shop, fitting, { k: K, threads, signal });

/** `seeLists` is shown its lists, with next purchases beside them. */
export const measureModels = async (
  task: MeasuringTask,
  artifact: Artifact,
  options: TaskOptions,
  seeLists?: MeasureOptions['seeLists'],
): Promise<Figures> => {
  const next = seeLists === undefined ? 0 : defaultConfiguration.nextPurchases;
  return figuresOf(task, await trained(task.shop, artifact, options.threads, next), options, seeLists);
};

/** What any candidate must beat, by name: each part alone, and the ranker that needs no training. */
export const measureBaselines = async (task: MeasuringTask, options: TaskOptions): Promise<Record<string, Figures>> => {
  const baselines: Record<string, Figures> = {};
  baselines[WITHOUT_MODELS] = await figuresOf(task, untrained(task.shop), options);
  for (const source of baselineSources)
    baselines[source] = await figuresOf(task, untrained(task.shop, { [source]: 1 }), options);
  return baselines;
};

/** A part alone that the shop does not have. */
export const measurePart = (task: MeasuringTask, part: ScoringPart, options: TaskOptions): Promise<Figures> =>
  figuresOf(task, untrained({ ...task.shop, parts: [part] }, { [part.source]: 1 }), options);

const figuresOf = async (
  { shop, measured }: MeasuringTask,
  contender: Contender,
  { signal, onProgress }: TaskOptions,
  seeLists?: MeasureOptions['seeLists'],
): Promise<Figures> => {
  try {
    return await measure(contender, measured, { ...{ shop, k: K, signal, onProgress }, ...(seeLists && { seeLists }) });
  } finally {
    await contender.close();
  }
};
