/** What both kinds of training begin with in their process: their data out of the store, and the release they go on from. */
import { createStore, type StoreConnection, type WarmCoverage } from '@nextcart/clickhouse';
import type { TrainPayload } from '@nextcart/contracts';
import { type Artifact, openArtifact } from '@nextcart/models';
import { createLogger, createWaiting, systemClock, untilDone } from '@nextcart/runtime';
import { checkEvents } from './data-set/data-memory.ts';
import type { DataSet } from './data-set/data-set.ts';
import { withItemFeatures } from './data-set/item-features.ts';
import { readDataSet } from './data-set/read-data-set.ts';
import { readWarmDataSet } from './data-set/read-warm-data-set.ts';
import type { TrainingSettings } from './data-set/settings.ts';
import { type ServingSettings, sameSight, servingSettings } from './serving-settings.ts';

/** What a training is a function of, beside its data. */
export interface TrainingTask {
  readonly payload: Pick<TrainPayload, 'seed' | 'budget' | 'parent'>;
  readonly settings: TrainingSettings;
  readonly threads: number;
  readonly memoryBytes: number;
}

export interface TrainingArgument extends TrainingTask {
  readonly store: StoreConnection;
  readonly payload: TrainPayload;
  readonly logLevel: string;
  /** Of the parent; null for a training from nothing. */
  readonly parentFolder: string | null;
  /** Where `TrainingFacts` are written before the first step. */
  readonly factsFile: string;
  /** Where features of items are, where the model knows them by any. */
  readonly featuresFile: string;
}

/** What the weights need beside them, and what the job says of its data. */
export interface TrainingFacts {
  /** Of the model. */
  readonly shape: object;
  readonly itemIds: readonly string[];
  readonly events: number;
  readonly subjects: number;
  /** Of a warm start. */
  readonly coverage: WarmCoverage | null;
}

export interface PreparedTraining {
  readonly data: DataSet;
  /** Null: from nothing. */
  readonly parent: Artifact | null;
  readonly facts: Omit<TrainingFacts, 'shape'>;
}

/**
 * Throws a RangeError for more events than memory has room for, and for a parent that was trained to see something else:
 * only a full training mends that.
 */
export const prepareTraining = async (argument: TrainingArgument): Promise<PreparedTraining> => {
  const { payload, settings, parentFolder } = argument;
  const log = createLogger('trainer-process', argument.logLevel);
  const waiting = { clock: systemClock, log, waiting: createWaiting() };
  const store = createStore({ ...argument.store, log, clock: systemClock, background: true });
  const over = AbortSignal.timeout(payload.budget.seconds * 1000);
  const begunAt = systemClock.monotonic();
  const attempt = <T>(query: () => Promise<T>) => untilDone(waiting, 'ClickHouse', over, query);
  const parent =
    payload.parent && parentFolder !== null ? await openArtifact(parentFolder, { hash: payload.parent.hash }) : null;
  if (parent) checkSight(parent, settings);
  const check = (count: number) => checkEvents(count, argument.memoryBytes);
  const { data: events, coverage } = parent
    ? await readWarmDataSet(store, payload, settings, parent.items, attempt, check)
    : { data: await readDataSet(store, payload, settings, attempt, check), coverage: null };
  // the autoencoder knows items by their numbers alone
  const data =
    payload.kind === 'recurrent' ? await withItemFeatures(store, payload, events, settings, attempt) : events;
  await store.close();
  const { itemIds, items, rowStart } = data;
  const seconds = (systemClock.monotonic() - begunAt) / 1000;
  const of = { kind: payload.kind, parent: payload.parent?.release ?? null };
  log.info({ ...of, events: items.length, subjects: rowStart.length - 1, seconds }, 'training_data_read');
  return { data, parent, facts: { itemIds, events: items.length, subjects: rowStart.length - 1, coverage } };
};

const checkSight = ({ manifest }: Artifact, settings: TrainingSettings): void => {
  const [own, wanted] = [manifest.settings['serving'] as ServingSettings | undefined, servingSettings(settings)];
  if (!sameSight(own, wanted))
    throw new RangeError(
      `release ${manifest.release} sees ${JSON.stringify(own)}, the settings say ${JSON.stringify(wanted)}: train in full`,
    );
};
