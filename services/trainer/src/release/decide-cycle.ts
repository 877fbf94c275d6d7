/** From trained models to a decision: opened, measured, judged, and where they pass refitted and written. */
import { basename, join } from 'node:path';
import type { CycleRun } from '@nextcart/clickhouse';
import type { ReleaseLine } from '@nextcart/contracts';
import { ArtifactError, readCpu, readManifest, writeArtifact } from '@nextcart/models';
import { dataFolders } from '../data-folders.ts';
import { compareWeights } from './compare-weights.ts';
import { candidateName, type ReleaseDeps, type ReleaseRun } from './cycle.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { withPurchases } from './fit-purchases.ts';
import { isNewer, type Judgement, judge } from './judge.ts';
import { measuredSlice } from './measured-slice.ts';
import { type Candidate, mergeArtifacts } from './merge-artifacts.ts';
import { PURCHASE_ERROR } from './purchase-tally.ts';
import { recipeOf } from './recipe.ts';
import { type Refitted, refitCandidate } from './refit.ts';
import { openRivals, type Rivals } from './rivals.ts';
import { modelSources } from './serving.ts';
import type { Stages } from './stages.ts';
import { writeRelease } from './write-release.ts';

export type CycleDecision = Omit<CycleRun, 'at' | 'seconds'>;

interface DecideDeps extends ReleaseDeps {
  readonly attempt: <T>(query: () => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
  readonly stages: Stages;
}
interface Cycle extends ReleaseRun {
  readonly line: ReleaseLine;
  /** Of the newest event that is measured over, epoch ms. */
  readonly shopTime: number;
  /** Of the shop's day. */
  readonly looksToday: number;
}

export const decideCycle = async (deps: DecideDeps, cycle: Cycle): Promise<CycleDecision> => {
  const { stages, gate } = deps;
  stages.begin('measure');
  try {
    const candidate = await mergeArtifacts(
      (trained) => join(dataFolders(deps.dataDir).trainedDir, trained),
      cycle.children,
    );
    const rivals = await openRivals(deps.artifacts, cycle.line, cycle.jobId);
    const { slice, remarks } = measuredSlice(cycle.payload, rivals);
    if (slice === null) return { ...nothingMeasured(cycle), ...namesOf(rivals), verdict: 'wait', reasons: remarks };
    const payload = { ...cycle.payload, slice };
    const evaluation = await evaluate({ ...deps, onProgress: stages.tell }, payload, candidate, rivals);
    const newer = isNewer(cycle.payload, rivals.champion?.manifest.trainedOn);
    const judgement = await judge(evaluation, gate, { newer, looksToday: cycle.looksToday, seed: cycle.payload.seed });
    const compared = { ...rivals, remarks: [...rivals.remarks, ...remarks] };
    const measured = measuredRun({ ...cycle, payload }, compared, evaluation, judgement);
    const { like } = cycle.payload;
    if (judgement.verdict !== 'pass' && !like) return { ...measured, refitted: false, ...NO_ARTIFACT };
    return await release(deps, cycle, candidate, evaluation, like ? asRepeated(measured) : measured);
  } catch (error) {
    if (deps.signal.aborted || !isTheModels(error)) throw error;
    return { ...nothingMeasured(cycle), reasons: [`the candidate can't be used: ${error.message}`] };
  }
};

const NO_ARTIFACT = { artifactUri: '', artifactHash: '' } as const;

/** Not a server's or a disk's fault, which is tried again: models that do not open, do not fit or can't be served. */
const isTheModels = (error: unknown): error is Error => error instanceof ArtifactError || error instanceof RangeError;

type MeasuredRun = Omit<CycleDecision, 'refitted' | keyof typeof NO_ARTIFACT>;

const runOf = ({ jobId, payload, children, shopTime }: Cycle) => ({
  ...{ release: jobId, shopTime, mode: payload.parent === null ? ('full' as const) : ('warm' as const) },
  ...{ topicId: payload.topicId, ranges: payload.ranges, slice: payload.slice },
  events: Math.max(0, ...children.map(({ events }) => events)),
  losses: lossesOf(children),
});

const lossesOf = (trainings: Cycle['children']): Record<string, number> =>
  Object.fromEntries(trainings.filter(({ loss }) => Number.isFinite(loss)).map(({ kind, loss }) => [kind, loss]));

const nothingMeasured = (cycle: Cycle): CycleDecision => ({
  ...runOf(cycle),
  ...{ verdict: 'reject', superior: false, alphaSpent: 0, reasons: [], champion: '', anchor: '', subjects: 0 },
  ...{ requests: 0, leftOut: 0, metrics: {}, weights: {}, coverage: 0, refitted: false },
  ...NO_ARTIFACT,
});

const namesOf = ({ champion, anchor }: Rivals) => ({
  champion: champion?.manifest.release ?? '',
  anchor: anchor?.manifest.release ?? '',
});

/** `cycle`: with the slice that was measured over. */
const measuredRun = (
  cycle: Cycle,
  rivals: Rivals,
  { shop, measured, fusion, candidate, remarks: missing, purchases: { error } }: Evaluation,
  { verdict, superior, alphaSpent, reasons, metrics }: Judgement,
): MeasuredRun => ({
  ...runOf(cycle),
  ...{ verdict, superior, alphaSpent, coverage: candidate.coverage, weights: definite(fusion.weights) },
  metrics: { ...metrics, ...(error && { [PURCHASE_ERROR]: error }) },
  ...{ subjects: measured.subjects, requests: measured.requests.length, leftOut: measured.leftOut },
  ...namesOf(rivals),
  reasons: [
    ...reasons,
    ...(rivals.champion ? [] : ['the champion is the ranker without models: no release is in force']),
    ...(fusion.fitted ? [] : ['the weights of the fusion are the first ones: nothing to fit them on']),
    ...rivals.remarks,
    ...missing,
    ...shop.remarks,
  ],
});

const definite = (weights: Readonly<Partial<Record<string, number>>>): Record<string, number> =>
  Object.fromEntries(Object.entries(weights).map(([source, weight]) => [source, weight ?? 0]));

/** What it would have been told counts for nothing: neither puts it in force nor uses up the day's looks. */
const asRepeated = (measured: MeasuredRun): MeasuredRun => ({
  ...measured,
  ...{ verdict: 'reject', superior: false, alphaSpent: 0 },
});

const release = async (
  deps: DecideDeps,
  cycle: Cycle,
  candidate: Candidate,
  evaluation: Evaluation,
  measured: MeasuredRun,
): Promise<CycleDecision> => {
  const { stages, threads } = deps;
  const { payload, children, createdAt } = cycle;
  const { like } = payload;
  stages.begin('refit');
  const refitted = await refit(deps, cycle, candidate, evaluation);
  const whole = withPurchases(refitted.candidate ?? candidate, evaluation.purchases.calibration);
  const repeated = like
    ? [await compareWeights(deps, like, whole, threads), 'it is put in force by nextcart models promote']
    : [];
  const run = {
    ...measured,
    refitted: refitted.candidate !== null,
    reasons: [...repeated, ...measured.reasons, refitted.reason, evaluation.purchases.reason],
    losses: { ...measured.losses, ...underRefit(refitted.losses) },
  };
  stages.begin('write');
  const written = await writeRelease(deps, {
    ...{ run, createdAt, candidate: whole, weights: evaluation.fusion.weights },
    recipe: recipeOf(payload, children, threads),
  });
  return { ...run, ...written };
};

const underRefit = (losses: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(losses).map(([kind, loss]) => [`${kind} over the slice`, loss]));

const refit = async (
  deps: DecideDeps,
  { jobId, createdAt, payload, children }: Cycle,
  candidate: Candidate,
  { shop, measured, fusion }: Evaluation,
): Promise<Refitted> => {
  const { stages, dataDir, signal } = deps;
  const { trainedDir } = dataFolders(dataDir);
  const folderOf = (trained: string) => join(trainedDir, trained);
  const name = candidateName(jobId);
  const written = deps.refit && (await writeCandidate(folderOf(name), createdAt, candidate));
  const from = { release: name, hash: written ?? '' };
  const kinds = modelSources(candidate);
  const { topicId, slice, seed, budget } = payload;
  const done = kinds.map(() => 0);
  const requests = kinds.map((kind, at) => ({
    ...{ name: `${jobId}-refit-${kind}`, kind, from, topicId, ranges: slice, seed, budget, signal },
    onProgress: (share: number) => {
      done[at] = share;
      const sum = done.reduce((all, one) => all + one, 0);
      stages.tell(sum, kinds.length);
    },
  }));
  return refitCandidate(
    {
      ...{ refit: deps.refit, atOnce: deps.trainingsAtOnce ?? 1, gate: deps.gate, threads: deps.threads },
      ...{ folderOf, signal, shop, measured },
    },
    candidate,
    fusion.weights,
    requests,
    lossesOf(children),
  );
};

/** What the pass over the slice goes on from; of a cycle that is done again it is there already. Returns its hash. */
const writeCandidate = async (folder: string, createdAt: number, candidate: Candidate): Promise<string> => {
  const known = await readManifest(folder).catch(() => undefined);
  if (known) return known.hash;
  const { items, features, models, tables, trainedOn, settings } = candidate;
  const facts = {
    createdAt: new Date(createdAt).toISOString(),
    seeds: {},
    trainedOn,
    metrics: [],
    cpu: await readCpu(),
  };
  const { hash } = await writeArtifact(folder, {
    ...{ release: basename(folder), ...facts, settings, items, features, models, tables },
  });
  return hash;
};
