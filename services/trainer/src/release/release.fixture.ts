/** A shop whose people look at anything and then buy one of a few things: who knows which, beats all that count. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtifacts } from '@nextcart/artifacts';
import type { Store } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore, type TestEvent } from '@nextcart/clickhouse/testing';
import type { ModelKind, ModelRelease, ReleasePayload, ReleaseProgress, TrainResult } from '@nextcart/contracts';
import { createKafka, createRegistryClient, kafkaConnection } from '@nextcart/kafka';
import { type RecurrentModel, readCpu, writeArtifact } from '@nextcart/models';
import { untrainedAutoencoder, untrainedRecurrent } from '@nextcart/models/testing';
import { createLogger, createWaiting, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { inject } from 'vitest';
import type { ReleaseDeps, ReleaseRun } from './cycle.ts';
import { gateSchema } from './gate-settings.ts';
import { createReleaseLog, type ReleaseLog } from './release-log.ts';

export const TOPIC_ID = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e04';
const CATALOG_ID = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e05';
export const NOW = Date.UTC(2026, 10, 24);
const ITEMS = 40;
const BOUGHT = 8;
/** Of each partition; three events each, the second half of them in the slice. */
const SUBJECTS = 160;

export const itemIds = Array.from({ length: ITEMS }, (_, at) => `i${at}`);

export const shoppers = (): TestEvent[] =>
  Array.from({ length: 2 * SUBJECTS * 3 }, (_, at) => {
    const [subject, step] = [Math.floor(at / 3), at % 3];
    const bought = step === 2;
    return {
      ...{ topicId: TOPIC_ID, partition: subject % 2, offset: Math.floor(subject / 2) * 3 + step },
      ...({ time: NOW + at * 1000, subject: `u${subject}`, type: bought ? 'purchase' : 'view' } as const),
      item: bought ? `i${subject % BOUGHT}` : `i${BOUGHT + ((subject * 7 + step * 11) % (ITEMS - BOUGHT))}`,
    };
  });
/** Nothing is known of who buys at once. */
const stranger: TestEvent = {
  ...{ topicId: TOPIC_ID, partition: 0, offset: SUBJECTS * 3, time: NOW, type: 'purchase', subject: 'stranger' },
  item: 'i1',
};

const middle = (SUBJECTS * 3) / 2;
export const payloadOf = (change: Partial<ReleasePayload> = {}): ReleasePayload => ({
  ...{ parent: null, topicId: TOPIC_ID, seed: 5, budget: { epochs: 1, seconds: 60 } },
  ranges: [0, 1].map((partition) => ({ partition, from: 0, to: middle })),
  slice: [0, 1].map((partition) => ({ partition, from: middle, to: SUBJECTS * 3 + (partition === 0 ? 1 : 0) })),
  ...change,
});

/** A recurrent model that expects some items of everybody. */
export const expecting = (isExpected: (item: number) => boolean, seed = 1): RecurrentModel => {
  const model = untrainedRecurrent({ items: ITEMS, types: 3, gaps: 8, hours: 24 }, seed);
  const { bias } = model.weights as { bias: Float32Array };
  bias.forEach((_, item) => void (bias[item] = isExpected(item) ? 6 : 0));
  return model;
};
/** Knows what is bought. */
export const good = (seed?: number) => expecting((item) => item < BOUGHT, seed);
/** Expects the first items of everybody, in this order, and the others alike. */
const ranking = (items: readonly number[]): RecurrentModel => {
  const model = expecting(() => false);
  const { bias } = model.weights as { bias: Float32Array };
  items.forEach((item, place) => void (bias[item] = 9 - place / 4));
  return model;
};
/** What is bought, one after the other. */
export const sound = () => ranking(Array.from({ length: BOUGHT }, (_, at) => at));
/** The same with one that nobody buys in the third place: NDCG is 5.0 % less where the eight are bought equally often. */
export const slightlyWorse = () => ranking([0, 1, BOUGHT, 2, 3, 4, 5, 6, 7]);
/** Has learned what is looked at most and takes it for what is bought. */
export const popularityBiased = () => expecting((item) => item >= BOUGHT);
/** The same, with its items shuffled. */
export const shuffled = () => expecting((item) => item >= ITEMS - BOUGHT);

export interface ReleaseShop {
  readonly store: Store;
  readonly deps: ReleaseDeps;
  readonly log: ReleaseLog;
  readonly dataDir: string;
  readonly progress: ReleaseProgress[];
  /** Writes what a training would have. `learned`: up to this position of each partition; absent: all before the slice. */
  train(trained: string, model: RecurrentModel, change?: Partial<TrainResult>, learned?: number): Promise<TrainResult>;
  trainAutoencoder(trained: string, items?: readonly string[]): Promise<TrainResult>;
  run(jobId: string, children: readonly TrainResult[], change?: Partial<ReleasePayload>): ReleaseRun;
  records(releaseId: string): Promise<ModelRelease[]>;
  /** A log of its own, in which nothing stands. */
  emptyLog(): Promise<ReleaseLog>;
  close(): Promise<void>;
}

export const openReleaseShop = async (): Promise<ReleaseShop> => {
  const urls = inject('urls');
  const logger = createLogger('test', 'fatal');
  const clock = systemClock;
  const { store, drop } = await migratedStore(urls.clickhouseUrl, 'release');
  await insertTestEvents(store, [...shoppers(), stranger], 'shoppers');
  await store.insertRows(
    'catalog',
    itemIds.map((id, offset) => ({
      ...{ topic_id: CATALOG_ID, partition: 0, offset, outcome: 'accepted', item_id: id, title: `thing ${id}` },
      category: ['things'], // what is looked at says nothing of what is bought
    })),
  );
  const connection = kafkaConnection(
    { KAFKA_BROKERS: urls.kafkaBrokers.split(','), KAFKA_TLS: 'false' },
    'test-release',
  );
  const kafka = createKafka({ connection, log: logger, clock });
  const registry = createRegistryClient({ url: urls.schemaRegistryUrl, log: logger, clock });
  const made: string[] = [];
  const emptyLog = async () => {
    const topic = uniqueName('model-releases');
    await kafka.admin.ensureTopics([{ name: topic, schema: 'model-release', partitions: 1, config: {} }]);
    made.push(topic);
    return createReleaseLog({ kafka, registry, topic });
  };
  const log = await emptyLog();
  const dataDir = await mkdtemp(join(tmpdir(), 'release-'));
  const progress: ReleaseProgress[] = [];
  const gate = gateSchema.parse({ minSubjects: 100, minPurchases: 40, resamples: 500, looksPerDay: 5 });

  const write = async (
    trained: string,
    kind: ModelKind,
    models: object,
    items: readonly string[],
    learned = middle,
  ) => {
    const { hash } = await writeArtifact(join(dataDir, 'trained', trained), {
      ...{ release: trained, createdAt: '2026-11-27T10:00:00Z', seeds: {}, metrics: [], cpu: await readCpu() },
      trainedOn: [0, 1].map((partition) => ({ topicId: TOPIC_ID, partition, firstOffset: 0, lastOffset: learned - 1 })),
      settings: {
        training: {},
        serving: {
          ...{ types: ['view', 'cart', 'purchase'], searchFeatures: 0 },
          bag: { weights: [1, 2, 3], halfLifeDays: 30 },
        },
      },
      ...{ items, features: [{ name: 'gap', definition: 'time', readers: [kind] }], models, tables: {} },
    });
    return { kind, trained, hash, events: 360, subjects: 120, items: items.length, epochs: 3, loss: 2.5 };
  };
  return {
    ...{ store, log, dataDir, progress, emptyLog },
    deps: {
      ...{ store, releases: log, clock, log: logger, waiting: createWaiting(), dataDir, gate, threads: 1 },
      artifacts: createArtifacts({ fetchedDir: join(dataDir, 'fetched') }),
      catalogTopicId: async () => CATALOG_ID,
    },
    train: async (trained, model, change = {}, learned = middle) => ({
      ...(await write(trained, 'recurrent', { recurrent: model }, itemIds, learned)),
      ...change,
    }),
    trainAutoencoder: (trained, items = itemIds) =>
      write(trained, 'autoencoder', { autoencoder: untrainedAutoencoder(items.length) }, items),
    run: (jobId, children, change) => ({
      ...{ jobId, createdAt: NOW, payload: payloadOf(change), children, signal: new AbortController().signal },
      onProgress: (one) => void progress.push(one),
    }),
    records: async (releaseId) => (await log.read()).records.filter((record) => record.releaseId === releaseId),
    close: async () => {
      await kafka.admin.deleteTopics(made);
      await kafka.close();
      await drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
