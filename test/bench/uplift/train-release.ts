/**
 * A cycle of the trainer over the log of an arm, by the trainer's own code: a full training of both models on all but the
 * newest slice, the weights of the fusion, the measures and words of the gate, the pass over the slice. The gate does not
 * decide: it wants 2,000 buyers in the slice, and the shop has fewer people in all.
 */
import { join } from 'node:path';
import { createArtifacts } from '@nextcart/artifacts';
import { cutByTime, type Store, type StoreConnection } from '@nextcart/clickhouse';
import { type ModelKind, modelKinds, type TrainResult } from '@nextcart/contracts';
import { readCpu, writeArtifact } from '@nextcart/models';
import { openReleaseModels } from '@nextcart/ranking';
import { createWaiting, type Logger, systemClock } from '@nextcart/runtime';
import {
  asArtifact,
  type Candidate,
  evaluate,
  mergeArtifacts,
  refitCandidate,
  refitSlice,
  runTraining,
  type TrainingDeps,
  type TrainingSettings,
} from '@nextcart/trainer';
import { BATCH, type ServedLists } from './served-lists.ts';
import { CATALOG_TOPIC_ID, PARTITION, type StoredLog, TOPIC_ID } from './stored-log.ts';
import { untilAnswered } from './until-answered.ts';

export interface ReleaseMaker {
  /** Puts a release in force of what the log has by now (shop's clock `at`). */
  train(lists: ServedLists, log: StoredLog, at: number): Promise<void>;
}

/** An hour: what hangs is ended. */
const BUDGET_S = 3600;

export const createReleaseMaker = (deps: {
  readonly store: Store;
  readonly connection: StoreConnection;
  readonly settings: TrainingSettings;
  readonly dataDir: string;
  readonly seed: number;
  readonly epochs: Readonly<Record<ModelKind, number>>;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** What was made, in a line. */
  readonly tell: (line: string) => void;
  readonly onStep: (step: string) => void;
}): ReleaseMaker => {
  const { store, settings, dataDir, seed, signal, tell } = deps;
  const training: TrainingDeps = {
    ...{ store, connection: deps.connection, settings, dataDir, log: deps.log, logLevel: 'error' },
    artifacts: createArtifacts({ fetchedDir: join(dataDir, 'fetched') }),
    ...{ clock: systemClock, waiting: createWaiting(), threads: 1, memoryBytes: 4 * 2 ** 30 },
  };
  const folderOf = (name: string) => join(dataDir, 'trained', name);
  const gate = settings.gate;

  const releaseOf = async (name: string, createdAt: number, next: number) => {
    const all = [{ partition: PARTITION, from: 0, to: next }];
    const [cut = next] = await untilAnswered(() =>
      cutByTime(store, { topicId: TOPIC_ID, ranges: all }, settings.cycle.sliceShare.full),
    );
    const ranges = [{ partition: PARTITION, from: 0, to: cut }];
    const slice = [{ partition: PARTITION, from: cut, to: next }];
    const common = { parent: null, topicId: TOPIC_ID, seed };
    const job = { createdAt, attempt: 1 };
    const children: TrainResult[] = [];
    for (const kind of modelKinds) {
      deps.onStep(kind);
      const payload = { ...common, kind, ranges, budget: { epochs: deps.epochs[kind], seconds: BUDGET_S } };
      const run = { ...job, jobId: `${kind}-${name}`, payload, signal, onProgress: () => {} };
      children.push(await runTraining(training, run));
    }
    deps.onStep('measuring');
    const candidate = await mergeArtifacts(folderOf, children);
    const evaluation = await evaluate(
      {
        ...{ store, attempt: untilAnswered, gate, threads: 1, signal, onProgress: () => {} },
        catalogTopicId: async () => CATALOG_TOPIC_ID,
      },
      { ...common, ranges, slice, budget: { epochs: 1, seconds: BUDGET_S } },
      candidate,
      { champion: null, anchor: null, remarks: [] },
    );
    deps.onStep('pass over the slice');
    const hash = await writeCandidate(folderOf(`${name}-candidate`), candidate, createdAt);
    const { weights, fitted } = evaluation.fusion;
    const refitted = await refitCandidate(
      {
        ...{ refit: refitSlice(training, job), gate, threads: 1, folderOf, signal },
        ...{ shop: evaluation.shop, measured: evaluation.measured },
      },
      candidate,
      weights,
      modelKinds.map((kind) => ({
        ...{ name: `${name}-refit-${kind}`, kind, from: { release: `${name}-candidate`, hash }, topicId: TOPIC_ID },
        ...{ ranges: slice, seed, budget: { epochs: 1, seconds: BUDGET_S }, signal, onProgress: () => {} },
      })),
      Object.fromEntries(children.map(({ kind, loss }) => [kind, loss])),
    );
    const figures = { candidate: evaluation.candidate, ...evaluation.baselines };
    const ndcg = Object.entries(figures).map(
      ([who, { all, fresh }]) => `${who} ${mean(all)} (new items ${mean(fresh.filter(Number.isFinite))})`,
    );
    tell(
      `${children[0]?.events} events, ${children[0]?.items} items; weights ${JSON.stringify(weights)}${fitted ? '' : ' (not fitted)'}; ` +
        `${evaluation.measured.subjects} buyers' NDCG@20: ${ndcg.join(', ')}; ${refitted.reason}`,
    );
    return asArtifact(refitted.candidate ?? candidate, name, weights);
  };

  return {
    train: async (lists, log, at) => {
      await log.flush();
      const artifact = await releaseOf(`seed${seed}-${log.next()}`, at, log.next());
      await lists.useModels(await openReleaseModels(artifact, { index: lists.index, threads: 1, batch: BATCH }));
    },
  };
};

/** What the pass over the slice goes on from. */
const writeCandidate = async (folder: string, candidate: Candidate, createdAt: number): Promise<string> => {
  const { items, features, models, tables, trainedOn, settings } = candidate;
  const { hash } = await writeArtifact(folder, {
    ...{ release: folder.split('/').at(-1) as string, createdAt: new Date(createdAt).toISOString(), seeds: {} },
    ...{ trainedOn, metrics: [], cpu: await readCpu(), settings, items, features, models, tables },
  });
  return hash;
};

const mean = (values: Float64Array): string =>
  values.length === 0 ? '–' : (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(4);
