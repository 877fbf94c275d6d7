/**
 * A training from its slices of the log to its artifact, in a process of its own. Invariants: whoever runs it again goes
 * on from what was written down and comes to the same weights, or begins anew where that is of another version of this
 * code, or damaged; a job that ends has left nothing but that.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkTrainingSlices, type Store, type StoreConnection } from '@nextcart/clickhouse';
import type { TrainPayload, TrainProgress, TrainResult } from '@nextcart/contracts';
import { trainInProcess } from '@nextcart/models';
import { type Clock, type Logger, untilDone, type Waiting } from '@nextcart/runtime';
import { dataFolders, type ReleasePlace } from './data-folders.ts';
import type { TrainingSettings } from './data-set/settings.ts';
import { releaseFolder } from './find-release.ts';
import { createJobFolder } from './job-folder.ts';
import type { TrainingArgument } from './prepare-training.ts';
import { finishedTraining, writeTrained } from './trained-artifact.ts';

/** Of a process that has loaded its code and reads a page: with less it ends before it can say why. */
const LEAST_HEAP_BYTES = 256 * 2 ** 20;

export interface TrainingDeps extends ReleasePlace {
  readonly store: Store;
  /** Of the training process, which has a client of its own. */
  readonly connection: StoreConnection;
  readonly clock: Clock;
  readonly log: Logger;
  readonly logLevel: string;
  readonly waiting: Waiting;
  readonly settings: TrainingSettings;
  readonly threads: number;
  /** That a training may take, its data included. */
  readonly memoryBytes: number;
}

export interface TrainingRun {
  readonly jobId: string;
  /** When the job was made, epoch ms. */
  readonly createdAt: number;
  /** Another number at each start. */
  readonly attempt: number;
  readonly payload: TrainPayload;
  /** Where its parent lies, in place of the releases. */
  readonly parentsDir?: string;
  readonly onProgress: (progress: TrainProgress) => void;
  /** Stops after the running step; what was learned is written down. */
  readonly signal: AbortSignal;
}

/** Rejects with the signal's reason where it was stopped, else with what went wrong. */
export const runTraining = async (deps: TrainingDeps, run: TrainingRun): Promise<TrainResult> => {
  const { store, connection, clock, log, settings, threads, memoryBytes, logLevel } = deps;
  const { jobId, payload, signal } = run;
  const { trainedDir, jobsDir } = dataFolders(deps.dataDir);
  const folder = createJobFolder(jobsDir, jobId, { settings, threads });
  const finished = await finishedTraining(trainedDir, jobId);
  if (finished) {
    await folder.remove();
    return finished;
  }
  const files = await folder.filesOf(run.attempt);
  const resumeFrom = await folder.newestCheckpoint();
  // waited for here, where it can be told and cancelled
  await untilDone(deps, 'ClickHouse', signal, () => checkTrainingSlices(store, payload));
  const parentFolder = await findParent(deps, run);
  log.info({ jobId, kind: payload.kind, attempt: run.attempt, resumed: resumeFrom !== undefined }, 'training_started');

  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const { seconds } = payload.budget;
  const timer = clock.sleep(seconds * 1000, stop).then(
    () =>
      over.abort(
        new Error(
          `its budget of ${seconds} s is spent (TRAINER_BUDGET_MINUTES); another attempt would go on from here`,
        ),
      ),
    () => {},
  );
  const argument: TrainingArgument = {
    ...{ store: connection, payload, settings, threads, memoryBytes, logLevel, parentFolder },
    ...{ factsFile: files.factsFile, featuresFile: files.featuresFile },
  };
  try {
    const outcome = await trainInProcess({
      module: new URL(`build-${payload.kind}.ts`, import.meta.url).href,
      argument,
      checkpointFile: files.checkpointFile,
      weightsFile: files.weightsFile,
      ...(resumeFrom !== undefined && { resumeFrom }),
      heapBytes: Math.max(LEAST_HEAP_BYTES, memoryBytes),
      signal: stop,
      onProgress: run.onProgress,
    });
    if (outcome.kind === 'stopped') throw stop.reason;
    const { epochs, bestEpoch } = outcome;
    const loss = epochs[bestEpoch]?.loss ?? Number.NaN;
    const result = await writeTrained(trainedDir, {
      ...{ name: jobId, createdAt: run.createdAt, payload, settings, loss, ...files },
      parentFolder: await findParent(deps, run), // hours later, others may have been fetched

      epochs: epochs.length,
    });
    await folder.remove();
    return result;
  } catch (error) {
    if (resumeFrom === undefined || (error as Error).name !== 'CheckpointError') throw error;
    log.warn({ err: error, jobId, checkpoint: resumeFrom }, 'checkpoint_refused');
    await rm(resumeFrom, { force: true });
    return await runTraining(deps, run);
  } finally {
    over.abort();
    await timer;
  }
};

/** The folder of what a warm start goes on from; null for a training from nothing. */
const findParent = async (deps: TrainingDeps, { payload, parentsDir }: TrainingRun): Promise<string | null> => {
  const { parent } = payload;
  if (!parent) return null;
  if (parentsDir !== undefined) return join(parentsDir, parent.release);
  return releaseFolder(deps, parent.release, parent.hash);
};
