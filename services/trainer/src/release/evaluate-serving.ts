/**
 * What serves, measured over what came since: the release in force and the parts without models, by the code that measures
 * candidates. Invariants: nothing is trained and nothing that is in force changes; no slice has what the release has
 * learned, nor what was measured over before.
 */
import {
  cutByTime,
  insertModelRun,
  type ModelRun,
  readLastEvaluation,
  readNewestTime,
  readPositions,
} from '@nextcart/clickhouse';
import { type EvaluateResult, type LogSlice, measureName, type ReleaseProgress } from '@nextcart/contracts';
import type { Artifact } from '@nextcart/models';
import { readServingSettings } from '@nextcart/ranking';
import { untilDone } from '@nextcart/runtime';
import type { TrainingSettings } from '../data-set/settings.ts';
import { evaluationId } from '../job-ids.ts';
import { behind, furthest, nextPositions, positionsIn } from '../log-ranges.ts';
import { baselineSources } from './contenders.ts';
import type { ReleaseDeps } from './cycle.ts';
import type { Figures } from './measure.ts';
import { measureBaselines, measureModels, readTask, WITHOUT_MODELS } from './measuring-task.ts';
import { openChampion } from './rivals.ts';
import { createStages } from './stages.ts';
import { bestOf, gainsOf, intervalOf, tellFigures } from './tell-figures.ts';

export interface ServingDeps
  extends Pick<
    ReleaseDeps,
    'store' | 'releases' | 'clock' | 'log' | 'waiting' | 'threads' | 'catalogTopicId' | 'artifacts'
  > {
  readonly settings: Pick<TrainingSettings, 'cycle' | 'gate'>;
  /** Of the events' topic. */
  readonly topicId: () => Promise<string>;
}

export interface ServingRun {
  /** Of the resampling. */
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ReleaseProgress) => void;
}

/** Rejects with the signal's reason where it was stopped; servers that are away are waited for. */
export const evaluateServing = async (deps: ServingDeps, run: ServingRun): Promise<EvaluateResult> => {
  const { store, releases, clock, threads, settings } = deps;
  const { seed, signal } = run;
  const attempt = <T>(query: () => Promise<T>) => untilDone(deps, 'evaluation', signal, query);
  const topicId = await attempt(deps.topicId);
  const { line } = await attempt(() => releases.read());
  const { champion, remarks } = await openChampion(deps.artifacts, line);
  if (remarks.length > 0) return skipped(remarks.join('; '));
  const slice = await newestSlice(deps, attempt, topicId, champion);
  if (typeof slice === 'string') return skipped(slice);

  const stages = createStages(clock, run.onProgress);
  stages.begin('measure');
  // nothing is fitted: everybody is measured
  const gate = { ...settings.gate, fusionSubjects: 0 };
  const task = await readTask({ ...deps, attempt, gate }, { topicId, slice });
  const { shop, measured } = task;
  if (measured.subjects === 0) return skipped('nobody of whom anything was known put something in the cart or bought');
  let done = 0;
  const total = measured.requests.length * (baselineSources.length + 1 + Number(champion !== null));
  const options = { threads, signal, onProgress: (more: number) => stages.tell((done += more), total) };
  const baselines = await measureBaselines(task, options);
  const without = baselines[WITHOUT_MODELS] as Figures;
  const served = champion ? await measureModels(task, champion, options) : without;

  const resampling = { seed, resamples: gate.resamples };
  const name = champion?.manifest.release ?? '';
  const row: ModelRun = {
    ...{ release: evaluationId({ topicId, slice, release: name }), mode: 'evaluation', verdict: 'measured' },
    ...{ at: clock.now(), shopTime: await attempt(() => readNewestTime(store, { topicId, ranges: slice })) },
    ...{ topicId, ranges: [], slice, events: 0, superior: false, alphaSpent: 0, champion: name, anchor: '' },
    ...{ subjects: measured.subjects, requests: measured.requests.length, leftOut: measured.leftOut },
    metrics: {
      ...(await tellFigures({ champion: served, ...baselines }, ['champion', bestOf(baselines)], resampling)),
      ...(champion && { [GAIN]: intervalOf(gainsOf(served, without), resampling) }),
    },
    ...{ losses: {}, weights: champion ? servedWeights(champion) : {}, coverage: served.coverage, refitted: false },
    ...{ seconds: stages.seconds(), artifactUri: '', artifactHash: '' },
    reasons: [
      `${name || WITHOUT_MODELS}: measured as it serves; nothing was trained, nothing is decided by it`,
      ...shop.remarks,
    ],
  };
  await attempt(() => insertModelRun(store, row));
  return { kind: 'measured', run: row.release, release: name, subjects: row.subjects };
};

/** What models bring, by the same requests. */
const GAIN = measureName({ measure: 'NDCG@20', contender: `champion − ${WITHOUT_MODELS}` });

const skipped = (why: string): EvaluateResult => ({ kind: 'skipped', why });

const servedWeights = ({ manifest }: Artifact): Record<string, number> =>
  Object.fromEntries(Object.entries(readServingSettings(manifest.settings).weights).map(([part, w]) => [part, w ?? 0]));

/** What nobody has learned from or measured over, or why there is too little of it. */
const newestSlice = async (
  { store, settings: { cycle } }: ServingDeps,
  attempt: <T>(query: () => Promise<T>) => Promise<T>,
  topicId: string,
  champion: Artifact | null,
): Promise<readonly LogSlice[] | string> => {
  const positions = await attempt(() => readPositions(store, 'events', topicId));
  const last = await attempt(() => readLastEvaluation(store, topicId));
  const learned = nextPositions(champion?.manifest.trainedOn ?? [], topicId);
  const measured = new Map((last?.slice ?? []).map(({ partition, to }) => [partition, to]));
  const log = positions.map(({ partition, next }) => ({ partition, from: 0, to: next }));
  const slice = behind(log, furthest([learned, measured]));
  const fresh = positionsIn(slice);
  if (fresh < cycle.minEvents) return `${fresh} positions are new, ${cycle.minEvents} are wanted`;
  if (learned.size > 0 || measured.size > 0) return slice;
  // of a log of which nothing is known the newest, so that there is a past to ask with
  const cuts = await attempt(() => cutByTime(store, { topicId, ranges: slice }, cycle.sliceShare.full));
  return slice.map((part, at) => ({ ...part, from: cuts[at] as number }));
};
