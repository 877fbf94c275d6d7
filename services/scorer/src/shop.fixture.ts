import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createArtifacts } from '@nextcart/artifacts';
import { insertEvents, type Store, saveSnapshot } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import {
  avroType,
  type BehaviourEvent,
  behaviourEventCodec,
  type CatalogItem,
  catalogItemCodec,
  landingSchema,
  type ModelRelease,
  modelReleaseCodec,
  parseMoney,
  type RecommendationList,
  recommendationListCodec,
  registrySubject,
  type SchemaName,
  type SnapshotPayloads,
  schemaText,
  topics,
  WIRE_HEADER_BYTES,
  wireEncode,
} from '@nextcart/contracts';
import { createKafka, createRegistryClient, type Kafka, type Producer, type RegistryClient } from '@nextcart/kafka';
import { createHealth, createLogger, createMetrics, type Health, type Metrics, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { createScorer, type Scorer, type ScorerDeps } from './create-scorer.ts';

/** A shop on real servers, with topics, groups and a database of its own, for this room's integration tests. */
export const log = createLogger('test', 'silent');
const clock = systemClock;
export const NOW = 1_795_488_000_000;

export const itemOf = (itemId: string, over: Partial<CatalogItem> = {}): CatalogItem => ({
  itemId,
  title: `Item ${itemId}`,
  description: null,
  category: ['Home', `Shelf ${itemId.slice(0, -1)}`],
  brand: null,
  price: parseMoney('9.99'),
  currency: 'EUR',
  stock: 10,
  hidden: false,
  availableFrom: null,
  availableUntil: null,
  repurchaseDays: null,
  attributes: {},
  ...over,
});

export const itemIds = Array.from({ length: 60 }, (_, i) => `i${i}`);

/** Trending falls from i0 on. */
export const trendingOf = (items: readonly string[]): SnapshotPayloads['trending'] => ({
  items: [...items],
  scores: Float32Array.from({ length: 4 * items.length }, (_, at) => items.length - (at % items.length)),
});

/** Each item is seen with its next three. */
export const covisitsOf = (items: readonly string[]): SnapshotPayloads['covisits'] => {
  const rows = items.map((_, at) => [1, 2, 3].map((step) => (at + step) % items.length));
  return {
    items: [...items],
    rowStart: Int32Array.from({ length: items.length + 1 }, (_, at) => 3 * at),
    columns: Int32Array.from(rows.flat()),
    weights: Float32Array.from(rows.flatMap(() => [3, 2, 1])),
  };
};

export interface ReadList {
  readonly key: string;
  readonly offset: number;
  readonly partition: number;
  /** Null for a tombstone. */
  readonly list: RecommendationList | null;
}

export type EventOver = Partial<BehaviourEvent> & { clock?: number };

/** `partitions` of the topics; 1 makes the order of everything plain. */
export const openShop = async (
  urls: { kafkaBrokers: string; clickhouseUrl: string; schemaRegistryUrl: string },
  options: { partitions?: number } = {},
) => {
  const partitions = options.partitions ?? 1;
  const name = uniqueName('scorer');
  const names = {
    ...{ events: `${name}.events`, catalog: `${name}.catalog`, lists: `${name}.lists` },
    releases: `${name}.releases`,
  };
  const connect = (): Kafka =>
    createKafka({ connection: { brokers: urls.kafkaBrokers.split(','), clientId: name }, log, clock });
  const kafka = connect();
  const registry: RegistryClient = createRegistryClient({ url: urls.schemaRegistryUrl, log, clock });
  const { store, drop, url } = await migratedStore(urls.clickhouseUrl, 'scorer');
  await kafka.admin.ensureTopics([
    { ...topics.events, name: names.events, partitions },
    { ...topics.catalog, name: names.catalog },
    { ...topics.recommendations, name: names.lists, partitions },
    { ...topics.modelReleases, name: names.releases },
  ]);
  const register = (topic: string, schema: SchemaName) => registry.register(registrySubject(topic), schemaText(schema));
  const ids = {
    events: await register(names.events, 'behaviour-event'),
    catalog: await register(names.catalog, 'catalog-item'),
    lists: await register(names.lists, 'recommendation-list'),
    releases: await register(names.releases, 'model-release'),
  };
  const { topicId } = await kafka.admin.topic(names.events);
  const producer: Producer = await kafka.createProducer();
  const read: ReadList[] = [];
  const codec = recommendationListCodec();
  const tail = await kafka.tail({
    topic: names.lists,
    from: 'start',
    onRecords: (partition, records) => {
      for (const { key, value, offset } of records)
        read.push({
          key: String(key),
          offset,
          partition,
          list: value === null ? null : codec.decode(value.subarray(WIRE_HEADER_BYTES)),
        });
      return Promise.resolve();
    },
  });

  let clockMs = NOW;
  const eventOf = (over: EventOver): BehaviourEvent => {
    clockMs += 1000;
    const { clock: _, ...fields } = over;
    return {
      eventId: randomUUID(),
      eventTime: clockMs,
      eventType: 'view',
      visitorId: null,
      userId: null,
      sessionId: null,
      itemId: null,
      query: null,
      quantity: null,
      amount: null,
      currency: null,
      recommId: null,
      properties: {},
      ...fields,
    };
  };
  const recordOf = (event: BehaviourEvent, partition = 0) => ({
    topic: names.events,
    partition,
    key: Buffer.from((event.eventType === 'identify' ? event.visitorId : (event.userId ?? event.visitorId)) ?? ''),
    value: wireEncode(ids.events, behaviourEventCodec().encode(event)),
    headers: { 'nextcart-clock': Buffer.from(String(clockMs + 1000)) },
  });
  const scorers: Scorer[] = [];

  const until = async <T>(
    what: string,
    look: () => T | Promise<T> | undefined | false | null,
    timeoutMs = 15_000,
  ): Promise<T> => {
    const before = clock.monotonic() + timeoutMs;
    for (;;) {
      const found = await look();
      if (found !== undefined && found !== false && found !== null) return found;
      if (clock.monotonic() > before) throw new Error(`waited ${timeoutMs} ms for ${what}`);
      await pause(10);
    }
  };
  /** The current list of a key, as a reader of the topic knows it: the highest trigger, the latest of equals. */
  const current = (key: string): ReadList | undefined => {
    let best: ReadList | undefined;
    for (const each of read) {
      if (each.key !== key) continue;
      if (each.list !== null && best?.list != null && each.list.triggerOffset < best.list.triggerOffset) continue;
      best = each;
    }
    return best;
  };

  return {
    urls,
    url,
    names,
    name,
    kafka,
    store,
    registry,
    topicId,
    read,
    current,
    until,
    eventOf,
    /** Sends events to a partition in order; the offset of the first. */
    send: async (events: readonly EventOver[], partition = 0): Promise<number> => {
      const first = (await kafka.admin.offsets(names.events))[partition]?.end as number;
      await producer.sendAll(events.map((event) => recordOf(eventOf(event), partition)));
      return first;
    },
    sendItems: async (items: readonly CatalogItem[]) => {
      await producer.sendAll(
        items.map((item) => ({
          topic: names.catalog,
          key: Buffer.from(item.itemId),
          value: wireEncode(ids.catalog, catalogItemCodec().encode(item)),
        })),
      );
    },
    /** A list as some other process writes it. */
    sendList: async (list: RecommendationList) => {
      await producer.sendAll([
        {
          topic: names.lists,
          partition: list.partition,
          key: Buffer.from(list.subject),
          value: wireEncode(ids.lists, codec.encode(list)),
        },
      ]);
    },
    /** A word on a release, as trainers and people publish it. */
    sendRelease: async (record: Pick<ModelRelease, 'releaseId' | 'kind'> & Partial<ModelRelease>) => {
      const whole: ModelRelease = {
        ...{ at: clock.now(), artifactUri: null, artifactHash: null, trainingRange: {}, metrics: {} },
        ...{ decision: null, partition: null, fromOffset: null },
        ...record,
      };
      const value = wireEncode(ids.releases, modelReleaseCodec().encode(whole));
      await producer.sendAll([{ topic: names.releases, key: Buffer.from(record.releaseId), value }]);
    },
    snapshot: async <K extends 'trending' | 'covisits'>(kind: K, payload: SnapshotPayloads[K], into: Store = store) =>
      saveSnapshot(into, { kind, asOf: NOW, positions: {}, payload }),
    /** Puts the log's records [first, end) of a partition into the store, as ingest does. */
    land: async (first: number, end: number, partition = 0): Promise<void> => {
      const type = avroType(landingSchema());
      const rows: Buffer[] = [];
      const reader = await kafka.tail({
        topic: names.events,
        from: new Map([[partition, first]]),
        onRecords: (_, records) => {
          for (const { offset, appendedAt, value } of records) {
            if (offset >= end || value === null) continue;
            const event = behaviourEventCodec().decode(value.subarray(WIRE_HEADER_BYTES));
            rows.push(
              type.toBuffer({
                topic_id: topicId,
                partition,
                offset,
                appended_at: appendedAt,
                received_at: appendedAt,
                source: 'live',
                outcome: 'accepted',
                reason: '',
                field_path: '',
                raw: Buffer.alloc(0),
                schema_id: ids.events,
                flags: 0,
                category: '',
                brand: '',
                line_amount: null,
                line_currency: '',
                base_amount: null,
                event_id: event.eventId,
                event_time: event.eventTime,
                event_type: event.eventType,
                visitor_id: event.visitorId,
                user_id: event.userId,
                session_id: event.sessionId,
                item_id: event.itemId,
                query: event.query,
                quantity: event.quantity,
                amount: event.amount,
                currency: event.currency,
                recomm_id: event.recommId,
                properties: event.properties,
              }),
            );
          }
          return Promise.resolve();
        },
      });
      await reader.caughtUp;
      await reader.close();
      await insertEvents(store, rows.length, rows, { token: `${topicId}:${partition}:${first}-${end}` });
    },
    /** A scorer of this shop; closed with it. */
    start: async (
      over: Partial<ScorerDeps> = {},
    ): Promise<{ scorer: Scorer; health: Health; metrics: Metrics; stop(): Promise<void> }> => {
      const metrics = createMetrics('scorer');
      const health = createHealth();
      const own = connect();
      const scorer = createScorer({
        kafka: own,
        store,
        registry,
        artifacts: createArtifacts({ fetchedDir: join(tmpdir(), name) }),
        clock,
        log,
        metrics,
        health,
        ...over,
        options: {
          eventsTopic: names.events,
          catalogTopic: names.catalog,
          listsTopic: names.lists,
          releasesTopic: names.releases,
          groupId: `${name}.scorer`,
          ingestGroupId: `${name}.ingest`,
          commitEveryMs: 200,
          positionsEveryMs: 200,
          snapshotsEveryMs: 200,
          dedupeWindow: 1000,
          modelsWithinMs: Number.POSITIVE_INFINITY, // a busy machine must not decide what a test sees
          ...over.options,
        },
      });
      scorers.push(scorer);
      const stop = async () => {
        await scorer.close();
        await own.close();
      };
      return { scorer, health, metrics, stop };
    },
    stopAll: async () => {
      await Promise.all(scorers.splice(0).map((scorer) => scorer.close()));
    },
    committed: async (partition = 0): Promise<number | undefined> =>
      (await kafka.admin.committed(`${name}.scorer`, names.events)).get(partition)?.offset,
    close: async () => {
      await Promise.all(scorers.map((scorer) => scorer.close()));
      await tail.close();
      await producer.close();
      await kafka.admin.deleteTopics(Object.values(names));
      await kafka.close();
      await drop();
    },
  };
};
export type Shop = Awaited<ReturnType<typeof openShop>>;
