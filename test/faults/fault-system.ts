import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEventSender, type EventSender } from '@nextcart/cli';
import { createStore, type Store, saveSnapshot } from '@nextcart/clickhouse';
import {
  type BehaviourEvent,
  behaviourEventCodec,
  type CatalogItem,
  type Codec,
  registrySubject,
  schemaText,
  topics,
} from '@nextcart/contracts';
import { createShop, type DatasetRecord, defaultDirt } from '@nextcart/datasets';
import { createKafka, createRegistryClient, type Kafka, type Producer, type RegistryClient } from '@nextcart/kafka';
import { runOnce, type Stack, setupCommand, stackEnv } from '@nextcart/local';
import { createLogger, systemClock } from '@nextcart/runtime';
import { startOwnStack } from '../support/own-stack.ts';
import { RATE_ONE, type ShopFacts } from './check-windows.ts';
import { createFaultyService, type FaultyService } from './faulty-service.ts';

/**
 * Servers of the test's own, the catalogue of a simulated shop and snapshots that never change: so a list is a function
 * of the log, and can be made again by another scorer at another time.
 */
export interface FaultSystem extends ShopFacts {
  readonly stack: Stack;
  /** For child processes that should find the servers. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kafka: Kafka;
  readonly registry: RegistryClient;
  readonly store: Store;
  readonly producer: Producer;
  readonly sender: EventSender;
  /** The next of the shop's events, dirt included; its catalogue stays as it is. */
  nextEvent(): DatasetRecord;
  /** Every schema of events that the registry has, by id; a test that registers another adds it. */
  readonly schemas: Map<number, Codec<BehaviourEvent>>;
  /** Topic id of the events. */
  readonly topicId: string;
  readonly ingest: FaultyService;
  readonly scorer: FaultyService;
  readonly features: FaultyService;
  stop(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const USERS = 300;
const ITEMS = 200;
/** By the shop's clock, so that a minute's load is an hour and more: what is held back comes within it. */
const SHOP_EVENTS_PER_SECOND = 5;
/** Five times the usual share: a load of a minute has only some 20,000 events. */
const LATE = 0.02;
/** The shop's other two currencies: one whose amounts have to be rounded, and pounds without a rate. */
const rates = { EUR: RATE_ONE, USD: 9137n };
const ratesFile = { base: 'EUR', rates: { USD: '0.9137' } };

const eventsOnly = (records: Iterator<DatasetRecord, void>): (() => DatasetRecord) => {
  const next = (): DatasetRecord => {
    const { value } = records.next();
    if (value === undefined) throw new Error('the shop has closed');
    return value.topic === 'events' ? value : next();
  };
  return next;
};

/** Each item is seen with its next three, and the first are the most popular. */
const saveSnapshots = async (store: Store, items: readonly string[]): Promise<void> => {
  const at = { asOf: systemClock.now() - HOUR_MS, positions: {} };
  const scores = Float32Array.from({ length: 4 * items.length }, (_, i) => items.length - (i % items.length));
  await saveSnapshot(store, { kind: 'trending', ...at, payload: { items: [...items], scores } });
  const graph = {
    items: [...items],
    rowStart: Int32Array.from({ length: items.length + 1 }, (_, row) => 3 * row),
    columns: Int32Array.from({ length: 3 * items.length }, (_, i) => (Math.floor(i / 3) + (i % 3) + 1) % items.length),
    weights: Float32Array.from({ length: 3 * items.length }, (_, i) => 3 - (i % 3)),
  };
  await saveSnapshot(store, { kind: 'covisits', ...at, payload: graph });
};

/** Ingest and the scorer run; features does not, because its snapshots come by the clock. */
export const startFaultSystem = async (seed: number): Promise<FaultSystem> => {
  const stack = await startOwnStack();
  const closers: (() => Promise<void>)[] = [() => stack.stop()];
  const stop = async (): Promise<void> => {
    for (const close of closers.reverse()) await close();
  };
  try {
    const { urls, dataDir } = stack;
    const clock = systemClock;
    const log = createLogger('faults', 'silent');
    const own = { NEXTCART_DIR: dataDir, LOG_LEVEL: 'warn', RATES_FILE: join(dataDir, 'rates.json') };
    writeFileSync(own.RATES_FILE, JSON.stringify(ratesFile));
    const env = { ...process.env, ...stackEnv(urls), ...own };
    const logsDir = join(dataDir, 'logs');
    const { signal } = new AbortController();
    await runOnce('nextcart setup', setupCommand(), { env, logFile: join(logsDir, 'setup.log'), signal });

    const connection = { brokers: urls.kafkaBrokers.split(','), clientId: 'nextcart-faults' };
    const kafka = createKafka({ connection, log, clock });
    closers.push(() => kafka.close());
    const registry = createRegistryClient({ url: urls.schemaRegistryUrl, log, clock });
    const store = createStore({ url: urls.clickhouseUrl, log, clock });
    closers.push(() => store.close());
    const producer = await kafka.createProducer();
    const sender = await createEventSender({ producer, registry, ownClock: true });

    const startAt = clock.now() - 12 * HOUR_MS;
    const shop = createShop({
      ...{ seed, users: USERS, items: ITEMS, startAt, dirt: { ...defaultDirt, late: LATE } },
      ...{ eventsPerSecond: SHOP_EVENTS_PER_SECOND, rhythm: false },
    });
    const items = new Map<string, CatalogItem>();
    const catalogue: DatasetRecord[] = [];
    for await (const record of shop.catalog()) {
      catalogue.push(record);
      if (record.item !== undefined) items.set(record.item.itemId, record.item);
    }
    await sender.send(catalogue);
    await saveSnapshots(store, [...items.keys()]);

    const service = async (name: string): Promise<FaultyService> => {
      const created = await createFaultyService(name, { env, logsDir });
      closers.push(() => created.stop());
      return created;
    };
    const [ingest, scorer, features] = [await service('ingest'), await service('scorer'), await service('features')];
    const schemaId = await registry.register(registrySubject(topics.events.name), schemaText('behaviour-event'));
    ingest.start();
    scorer.start();
    await Promise.all([ingest.ready(), scorer.ready()]);
    return {
      ...{ stack, env, kafka, registry, store, producer, sender, items, rates, ingest, scorer, features, stop },
      schemas: new Map([[schemaId, behaviourEventCodec()]]),
      nextEvent: eventsOnly(shop.records(0)),
      topicId: (await kafka.admin.topic(topics.events.name)).topicId,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
