import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createArtifacts } from '@nextcart/artifacts';
import { openReplay } from '@nextcart/cli';
import { readPositions, saveSnapshot } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import {
  type BehaviourEvent,
  behaviourEventCodec,
  type CatalogItem,
  catalogItemCodec,
  type ModelRelease,
  modelReleaseCodec,
  parseMoney,
  type RecommendationList,
  type ReleaseArtifact,
  recommendationListCodec,
  registrySubject,
  type SnapshotPayloads,
  schemaText,
  topics,
  WIRE_HEADER_BYTES,
  wireEncode,
} from '@nextcart/contracts';
import { createRates } from '@nextcart/events';
import { createIngest } from '@nextcart/ingest';
import { createKafka, createRegistryClient } from '@nextcart/kafka';
import { readCpu, writeArtifact } from '@nextcart/models';
import { unfittedPurchases, untrainedAutoencoder, untrainedRecurrent } from '@nextcart/models/testing';
import type { ServingSettings } from '@nextcart/ranking';
import { createHealth, createLogger, createMetrics, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { createScorer, type ScorerOptions } from '@nextcart/scorer';

/** A small shop on real servers, with ingest and scorers in this process, whose published lists are made again. */
export const NOW = 1_795_488_000_000;
const PARTITIONS = 2;
const log = createLogger('test', 'silent');
const clock = systemClock;

export const itemIds = Array.from({ length: 60 }, (_, i) => `i${i}`);
export const itemOf = (itemId: string, over: Partial<CatalogItem> = {}): CatalogItem => ({
  ...{ itemId, title: `Item ${itemId} of shelf ${itemId.slice(-1)}`, description: null },
  ...{ category: ['Home', `Shelf ${itemId.slice(-1)}`], brand: null, price: parseMoney('9.99'), currency: 'EUR' },
  ...{ stock: 10, hidden: false, availableFrom: null, availableUntil: null, repurchaseDays: null, attributes: {} },
  ...over,
});

/** Trending falls from the first item on; each is seen with the next three. */
export const snapshotsOf = (items: readonly string[]): Pick<SnapshotPayloads, 'trending' | 'covisits'> => ({
  trending: {
    items: [...items],
    scores: Float32Array.from({ length: 4 * items.length }, (_, at) => items.length - (at % items.length)),
  },
  covisits: {
    items: [...items],
    rowStart: Int32Array.from({ length: items.length + 1 }, (_, at) => 3 * at),
    columns: Int32Array.from(items.flatMap((_, at) => [1, 2, 3].map((step) => (at + step) % items.length))),
    weights: Float32Array.from(items.flatMap(() => [3, 2, 1])),
  },
});

const serving: ServingSettings = {
  ...{ types: ['search', 'view', 'cart', 'purchase'], asked: 'view', searchFeatures: 32 },
  bag: { weights: [1, 1, 2, 3], halfLifeDays: 30 },
  weights: { covisit: 1, trending: 0.1, content: 0.2, history: 0.5, recurrent: 2, autoencoder: 1 },
};

export const openReplayShop = async (urls: {
  kafkaBrokers: string;
  clickhouseUrl: string;
  schemaRegistryUrl: string;
  /** Of an object store that releases are read from. */
  endpoint?: string;
}) => {
  const prefix = `${uniqueName('replay')}.`;
  const names = {
    ...{ events: `${prefix}${topics.events.name}`, catalog: `${prefix}${topics.catalog.name}` },
    ...{ lists: `${prefix}${topics.recommendations.name}`, releases: `${prefix}${topics.modelReleases.name}` },
    deadLetters: `${prefix}${topics.deadLetters.name}`,
  };
  const folder = await mkdtemp(join(tmpdir(), 'replay-'));
  const artifacts = createArtifacts({
    fetchedDir: join(folder, 'fetched'),
    ...(urls.endpoint !== undefined && { endpoint: urls.endpoint }),
  });
  const connect = () =>
    createKafka({ connection: { brokers: urls.kafkaBrokers.split(','), clientId: 'replay' }, log, clock });
  const kafka = connect();
  const registry = createRegistryClient({ url: urls.schemaRegistryUrl, log, clock });
  const { store, drop, url } = await migratedStore(urls.clickhouseUrl, 'replay');
  await kafka.admin.ensureTopics([
    { ...topics.events, name: names.events, partitions: PARTITIONS },
    { ...topics.catalog, name: names.catalog },
    { ...topics.recommendations, name: names.lists, partitions: PARTITIONS },
    { ...topics.modelReleases, name: names.releases },
    { ...topics.deadLetters, name: names.deadLetters },
  ]);
  const ids: Record<string, number> = {};
  for (const [name, schema] of [
    ['events', 'behaviour-event'],
    ['catalog', 'catalog-item'],
    ['lists', 'recommendation-list'],
    ['releases', 'model-release'],
    ['deadLetters', 'dead-letter'],
  ] as const)
    ids[name] = await registry.register(registrySubject(names[name]), schemaText(schema));
  const idOf = async (name: string) => (await kafka.admin.topic(name)).topicId;
  const topicIds = { lists: await idOf(names.lists), events: await idOf(names.events) };
  const producer = await kafka.createProducer();
  const ingestGroups = { events: `${prefix}events`, catalog: `${prefix}catalog`, lists: `${prefix}lists` };
  const ingest = await createIngest({
    ...{ kafka, store, registry, clock, log, topics: names, groups: ingestGroups },
    rates: createRates({ base: 'EUR', rates: {} }),
    ...{ health: createHealth(), metrics: createMetrics('ingest'), limits: { flushMs: 100 } },
  });

  const until = async <T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> => {
    for (const before = clock.monotonic() + 40_000; clock.monotonic() < before; ) {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      await pause(50);
    }
    throw new Error(`waited in vain for ${what}`);
  };
  const put = (topic: 'events' | 'catalog' | 'lists' | 'releases', key: string, datum: Buffer | null, to?: number) =>
    producer.sendAll([
      {
        ...{ topic: names[topic], key: Buffer.from(key) },
        value: datum === null ? null : wireEncode(ids[topic] as number, datum),
        ...(to === undefined ? {} : { partition: to }),
        ...(topic === 'events' ? { headers: { 'nextcart-clock': Buffer.from(String(clockMs + 1000)) } } : {}),
      },
    ]);
  let clockMs = NOW;
  const scorers: (() => Promise<number>)[] = [];
  const groupId = `${prefix}scorer`;

  return {
    ...{ prefix, names, kafka, registry, artifacts, store, url, topicIds, until, folder },
    send: async (events: readonly Partial<BehaviourEvent>[]) => {
      for (const over of events) {
        clockMs += 7000;
        const event: BehaviourEvent = {
          ...{ eventId: randomUUID(), eventTime: clockMs, eventType: 'view', visitorId: null, userId: null },
          ...{ sessionId: null, itemId: null, query: null, quantity: null, amount: null, currency: null },
          ...{ recommId: null, properties: {} },
          ...over,
        };
        const key = (event.eventType === 'identify' ? event.visitorId : (event.userId ?? event.visitorId)) ?? '';
        await put('events', key, behaviourEventCodec().encode(event));
      }
    },
    sendItem: (item: CatalogItem) => put('catalog', item.itemId, catalogItemCodec().encode(item)),
    removeItem: (itemId: string) => put('catalog', itemId, null),
    /** A list as it was not made: to be found. */
    sendList: (list: RecommendationList) =>
      put('lists', list.subject, recommendationListCodec().encode(list), list.partition),
    snapshots: async (items: readonly string[], asOf: number) => {
      const { trending, covisits } = snapshotsOf(items);
      await saveSnapshot(store, { kind: 'trending', asOf, positions: {}, payload: trending });
      await saveSnapshot(store, { kind: 'covisits', asOf, positions: {}, payload: covisits });
    },
    /** Writes an artifact; `twist` alters a weight of its recurrent model. */
    write: async (releaseId: string, options: { folder?: string; twist?: true } = {}): Promise<ReleaseArtifact> => {
      const at = join(folder, options.folder ?? releaseId);
      const seed = releaseId.length;
      const shape = { items: itemIds.length, types: 4, gaps: 8, hours: 24, features: serving.searchFeatures };
      const recurrent = untrainedRecurrent(shape, seed);
      const bias = recurrent.weights['bias'] as Float32Array;
      if (options.twist) bias[30] = (bias[30] as number) + 0.5;
      const { hash } = await writeArtifact(at, {
        ...{ release: releaseId, createdAt: '2026-11-27T10:00:00Z', seeds: {}, trainedOn: [], metrics: [] },
        ...{ cpu: await readCpu(), items: itemIds, features: [], tables: {}, settings: { serving } },
        models: {
          recurrent,
          autoencoder: untrainedAutoencoder(itemIds.length, seed, serving.searchFeatures),
          purchases: unfittedPurchases,
        },
      });
      return { releaseId, uri: pathToFileURL(at).href, hash };
    },
    tell: (record: Pick<ModelRelease, 'releaseId' | 'kind'> & Partial<ModelRelease>) =>
      put(
        'releases',
        record.releaseId,
        modelReleaseCodec().encode({
          ...{ at: clock.now(), artifactUri: null, artifactHash: null, trainingRange: {}, metrics: {} },
          ...{ decision: null, partition: null, fromOffset: null },
          ...record,
        }),
      ),
    /** A scorer until it is stopped; answers how many subjects left its memory. */
    startScorer: async (options: Partial<ScorerOptions>) => {
      const own = connect();
      const health = createHealth();
      const metrics = createMetrics('scorer');
      const scorer = createScorer({
        ...{ kafka: own, store, registry, artifacts, clock, log, metrics, health },
        options: {
          ...{ eventsTopic: names.events, catalogTopic: names.catalog, listsTopic: names.lists, groupId },
          ...{ releasesTopic: names.releases, ingestGroupId: ingestGroups.events },
          ...{ commitEveryMs: 100, positionsEveryMs: 100, snapshotsEveryMs: 100, coldEveryMs: 1 },
          modelsWithinMs: Number.POSITIVE_INFINITY, // a busy machine must not decide which lists are by models
          ...options,
        },
      });
      const stop = async () => {
        const text = await metrics.text();
        await scorer.close();
        await own.close();
        scorers.splice(scorers.indexOf(stop), 1);
        return Number(/nextcart_scorer_evicted (\d+)/.exec(text)?.[1] ?? 0);
      };
      scorers.push(stop);
      await scorer.started;
      const serving = (text: string) =>
        until(`lists by ${text}`, async () => health.report().checks['release']?.detail?.endsWith(text));
      const owns = () => health.report().checks['consumer']?.detail ?? '';
      const release = () => health.report().checks['release']?.detail ?? '';
      return { stop, serving, owns, release };
    },
    /** Until the scorer has answered all that was sent, and the store has every list. */
    settle: async () => {
      await until('the scorer', async () => {
        const committed = await kafka.admin.committed(groupId, names.events);
        const ends = await kafka.admin.offsets(names.events);
        return ends.every(({ partition, end }) => end === 0 || (committed.get(partition)?.offset ?? 0) >= end);
      });
      for (const table of ['events', 'catalog', 'lists'] as const)
        await until(`the rows of ${table}`, async () => {
          const rows = await readPositions(store, table, await idOf(names[table]));
          const ends = await kafka.admin.offsets(names[table]);
          return ends.every(
            ({ partition, end }) => (rows.find((row) => row.partition === partition)?.next ?? 0) >= end,
          );
        });
    },
    /** The published lists of a partition, with their offsets. */
    lists: async (partition: number) => {
      const found: { offset: number; list: RecommendationList }[] = [];
      const tail = await kafka.tail({
        topic: names.lists,
        from: new Map([[partition, 0]]),
        onRecords: async (_, records) => {
          for (const { offset, value } of records)
            if (value !== null)
              found.push({ offset, list: recommendationListCodec().decode(value.subarray(WIRE_HEADER_BYTES)) });
        },
      });
      await tail.caughtUp;
      await tail.close();
      return found;
    },
    replay: (options: { batch: number; threads: number; artifactOf?: (release: string) => ReleaseArtifact }) =>
      openReplay({ kafka, store, registry, artifacts, topicPrefix: prefix, ...options }),
    close: async () => {
      for (const stop of [...scorers]) await stop();
      await ingest.close();
      await producer.close();
      await kafka.admin.deleteTopics(Object.values(names));
      await kafka.close();
      await drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
export type ReplayShop = Awaited<ReturnType<typeof openReplayShop>>;
