/** The small shop on the real broker and store: ingest and scorer in this process, with topics, groups and a database of their own. */
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtifacts } from '@nextcart/artifacts';
import { saveSnapshot } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import {
  type BehaviourEvent,
  behaviourEventCodec,
  catalogItemCodec,
  type RecommendationList,
  recommendationListCodec,
  registrySubject,
  schemaText,
  subjectOf,
  topics,
  WIRE_HEADER_BYTES,
  wireEncode,
} from '@nextcart/contracts';
import { createRates } from '@nextcart/events';
import { createIngest } from '@nextcart/ingest';
import { createKafka, createRegistryClient } from '@nextcart/kafka';
import { systemClock as clock, createHealth, createLogger, createMetrics } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { createScorer } from '@nextcart/scorer';
import { catalogue, covisits, trending } from './small-shop.fixture.ts';

export const openRealShop = async (urls: {
  kafkaBrokers: string;
  clickhouseUrl: string;
  schemaRegistryUrl: string;
}) => {
  const log = createLogger('tour', 'silent');
  const name = uniqueName('tour');
  const kafka = createKafka({ connection: { brokers: urls.kafkaBrokers.split(','), clientId: name }, log, clock });
  const registry = createRegistryClient({ url: urls.schemaRegistryUrl, log, clock });
  const { store, drop } = await migratedStore(urls.clickhouseUrl, 'tour');
  const common = { kafka, store, registry, clock, log };

  const own = (['events', 'catalog', 'recommendations', 'deadLetters', 'modelReleases'] as const).map((which) => ({
    ...topics[which],
    ...{ which, name: `${name}.${which}`, partitions: 1 },
  }));
  await kafka.admin.ensureTopics(own);
  const schemaIds = new Map<string, number>();
  for (const { which, name: topic, schema } of own)
    schemaIds.set(which, await registry.register(registrySubject(topic), schemaText(schema)));
  const wire = (which: string, datum: Buffer): Buffer => wireEncode(schemaIds.get(which) as number, datum);

  const producer = await kafka.createProducer();
  await producer.sendAll(
    catalogue.map((item) => ({
      ...{ topic: `${name}.catalog`, key: Buffer.from(item.itemId) },
      value: wire('catalog', catalogItemCodec().encode(item)),
    })),
  );
  await saveSnapshot(store, { kind: 'trending', asOf: clock.now(), positions: {}, payload: trending });
  await saveSnapshot(store, { kind: 'covisits', asOf: clock.now(), positions: {}, payload: covisits });

  const groups = { events: `${name}.events`, catalog: `${name}.catalog`, lists: `${name}.lists` };
  const listsTopic = `${name}.recommendations`;
  const ingest = await createIngest({
    ...{ ...common, metrics: createMetrics('ingest'), health: createHealth(), groups, limits: { flushMs: 100 } },
    topics: { ...groups, lists: listsTopic, deadLetters: `${name}.deadLetters` },
    rates: createRates({ base: 'EUR', rates: {} }),
  });
  /** Offsets of events that left their subject's list as it was. */
  const unchanged = new Set<number>();
  const scorer = createScorer({
    ...{ ...common, metrics: createMetrics('scorer'), health: createHealth() },
    artifacts: createArtifacts({ fetchedDir: join(tmpdir(), name) }),
    onUnchanged: (_, offset) => void unchanged.add(offset),
    options: {
      ...{ eventsTopic: groups.events, catalogTopic: groups.catalog, listsTopic },
      releasesTopic: `${name}.modelReleases`,
      ...{ groupId: `${name}.scorer`, ingestGroupId: groups.events },
    },
  });

  /** All that was written to the lists' topic, in its order. */
  const written: { key: string; list: RecommendationList | null }[] = [];
  const tail = await kafka.tail({
    ...{ topic: listsTopic, from: 'start' },
    onRecords: async (_, records) => {
      for (const { key, value } of records)
        written.push({
          key: String(key),
          list: value && recommendationListCodec().decode(value.subarray(WIRE_HEADER_BYTES)),
        });
    },
  });
  await scorer.started;

  return {
    ...{ store, written, unchanged },
    topicId: async (which: 'events' | 'recommendations') => (await kafka.admin.topic(`${name}.${which}`)).topicId,
    /** What ingest has committed for the events: an offset, and its plan as metadata. */
    ingestCommitted: async () => (await kafka.admin.committed(groups.events, groups.events)).get(0),
    /** Sends an event of now; its offset. */
    send: async (over: Partial<BehaviourEvent>): Promise<number> => {
      const event: BehaviourEvent = {
        ...{ eventId: randomUUID(), eventTime: clock.now(), eventType: 'view', visitorId: null, userId: null },
        ...{ sessionId: null, itemId: null, query: null, quantity: null, amount: null, currency: null },
        ...{ recommId: null, properties: {}, ...over },
      };
      const offset = (await kafka.admin.offsets(groups.events))[0]?.end as number;
      const value = wire('events', behaviourEventCodec().encode(event));
      await producer.sendAll([{ topic: groups.events, partition: 0, key: Buffer.from(subjectOf(event) ?? ''), value }]);
      return offset;
    },
    /** Waits for something to be seen; an error that names it after half a minute. */
    until: async <T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> => {
      const deadline = clock.monotonic() + 30_000;
      for (;;) {
        const found = await look();
        if (found !== undefined) return found;
        if (clock.monotonic() > deadline) throw new Error(`not within 30 s: ${what}`);
        await clock.sleep(20);
      }
    },
    close: async (): Promise<void> => {
      await Promise.all([scorer.close(), ingest.close()]);
      await tail.close();
      await producer.close();
      await kafka.admin.deleteTopics(own.map((topic) => topic.name));
      await kafka.close();
      await drop();
    },
  };
};
