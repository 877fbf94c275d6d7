/** Run by the training process: its data set out of the store, then what it trains. */
import { performance } from 'node:perf_hooks';
import { createStore, type StoreConnection } from '@nextcart/clickhouse';
import type { TrainPayload } from '@nextcart/contracts';
import {
  type BuildTraining,
  checkMemory,
  createRecurrentTraining,
  type RecurrentOptions,
  type RecurrentShape,
  recurrentDefaults,
  recurrentMemory,
  writeWhole,
} from '@nextcart/models';
import { createLogger, createWaiting, systemClock, untilDone } from '@nextcart/runtime';
import { readDataSet } from './data-set/read-data-set.ts';
import { timeFeatures, toSequences } from './data-set/sequences.ts';
import { type TrainingSettings, typesOf } from './data-set/settings.ts';

export interface RecurrentArgument {
  readonly store: StoreConnection;
  readonly payload: TrainPayload;
  readonly settings: TrainingSettings;
  readonly threads: number;
  readonly memoryBytes: number;
  readonly logLevel: string;
  /** Where `RecurrentFacts` are written before the first step. */
  readonly factsFile: string;
}

/** Some minutes of training: what a process that is killed outright loses at most. */
const CHECKPOINT_STEPS = 500;

/** What the weights need beside them, and what the job says of its data. */
export interface RecurrentFacts {
  readonly shape: RecurrentShape;
  readonly itemIds: readonly string[];
  readonly events: number;
  readonly subjects: number;
}

export const buildTraining: BuildTraining = async (argument) => {
  const { payload, settings, threads, memoryBytes, logLevel, factsFile, ...deps } = argument as RecurrentArgument;
  const clock = systemClock;
  const log = createLogger('trainer-process', logLevel);
  const waiting = { clock, log, waiting: createWaiting() };
  const store = createStore({ ...deps.store, log, clock, background: true });
  const over = AbortSignal.timeout(payload.budget.seconds * 1000);
  const attempt = <T>(query: () => Promise<T>) => untilDone(waiting, 'ClickHouse', over, query);
  const data = await readDataSet(store, payload, settings, attempt);
  await store.close();
  const shape = shapeOf(data.itemIds.length, settings);
  const options = optionsOf(payload, settings, shape, threads);
  checkMemory(recurrentMemory(shape, options), memoryBytes);
  const facts: RecurrentFacts = {
    shape,
    itemIds: data.itemIds,
    events: data.items.length,
    subjects: data.rowStart.length - 1,
  };
  await writeWhole(factsFile, JSON.stringify(facts));
  const training = createRecurrentTraining(toSequences(data, settings), shape, options);
  return {
    trainable: training,
    options: {
      epochs: payload.budget.epochs,
      now: () => performance.now(),
      checkpointSteps: Math.min(CHECKPOINT_STEPS, training.stepsPerEpoch),
    },
    close: training.close,
  };
};

const shapeOf = (items: number, { recurrent, searchFeatures, ...settings }: TrainingSettings): RecurrentShape => ({
  items,
  features: searchFeatures,
  types: typesOf(settings).length,
  gaps: timeFeatures.gaps.buckets,
  hours: timeFeatures.hours.buckets,
  width: recurrent.width,
  blocks: recurrent.blocks,
  recurrence: 'linear',
  scale: 0,
  lags: recurrent.lags,
});

const optionsOf = (
  { seed, budget }: TrainPayload,
  { recurrent: { lanes, times, dropout, rate, tables, sampledAbove, draws } }: TrainingSettings,
  { items }: RecurrentShape,
  threads: number,
): RecurrentOptions => ({
  ...recurrentDefaults,
  ...{ seed, threads, lanes, times, dropout, rate, tables },
  epochs: budget.epochs,
  softmax: items > sampledAbove ? { kind: 'sampled', draws, exponent: 0.5 } : { kind: 'full' },
});
