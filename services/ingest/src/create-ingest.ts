import type { Store } from '@nextcart/clickhouse';
import { groups, NextcartError, topics } from '@nextcart/contracts';
import { createSchemaVersions, type Rates } from '@nextcart/events';
import type { Kafka, RegistryClient } from '@nextcart/kafka';
import { type Clock, createWaiting, type Health, type Logger, type Metrics, type Waiting } from '@nextcart/runtime';
import { openCatalogFeed } from './catalog-feed.ts';
import { openCleaningFeed } from './cleaning-feed.ts';
import { createDeadLetters } from './dead-letters.ts';
import type { FaultPoint } from './fault-point.ts';
import { createIngestMetrics } from './ingest-metrics.ts';
import { createEventLander } from './land-events.ts';
import { createItemJudge, createListJudge, createRecordLander } from './land-records.ts';
import { type BatchLimits, LISTS_WAIT } from './partition.ts';
import { openPipeline } from './pipeline.ts';
import { createCleanerMemory, createRecordSink } from './record-sink.ts';

/** Three pipelines, from topic to table; tests and benches give names and limits of their own. */
export interface IngestDeps {
  readonly kafka: Kafka;
  readonly store: Store;
  readonly registry: RegistryClient;
  readonly rates: Rates;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly limits?: Partial<BatchLimits>;
  readonly stallMs?: number;
  readonly sessionTimeoutMs?: number;
  readonly faultPoint?: FaultPoint;
  readonly topics?: Partial<IngestTopics>;
  readonly groups?: Partial<IngestGroups>;
  /** All three where absent. */
  readonly pipelines?: readonly PipelineName[];
}
export const pipelineNames = ['events', 'catalog', 'lists'] as const;
export type PipelineName = (typeof pipelineNames)[number];
export type IngestTopics = Readonly<Record<PipelineName | 'deadLetters', string>>;
export type IngestGroups = Readonly<Record<PipelineName, string>>;

export interface Ingest {
  /** Puts in what was read already and the store takes within seconds, then leaves the groups. */
  close(): Promise<void>;
}

/** Same figures as env.ts gives. */
const LIMITS: BatchLimits = { maxRows: 250_000, maxBytes: 64_000_000, flushMs: 2000 };
const STALL_MS = 30_000;

/** Resolves when every pipeline's consumer runs, the events' one after the catalogue has caught up. */
export const createIngest = async (deps: IngestDeps): Promise<Ingest> => {
  const { kafka, store, registry, rates, clock, log, health } = deps;
  const names: IngestTopics = {
    events: topics.events.name,
    catalog: topics.catalog.name,
    lists: topics.recommendations.name,
    deadLetters: topics.deadLetters.name,
    ...deps.topics,
  };
  const groupOf: IngestGroups = {
    events: groups.ingestEvents,
    catalog: groups.ingestCatalog,
    lists: groups.ingestLists,
    ...deps.groups,
  };
  const wanted = new Set<PipelineName>(deps.pipelines ?? pipelineNames);
  const ended = new AbortController();
  const metrics = createIngestMetrics(deps.metrics);
  const limits: BatchLimits = { ...LIMITS, ...deps.limits };
  const producer = await kafka.createProducer();
  const deadLetters = createDeadLetters({ producer, registry, topic: names.deadLetters });
  const lookup = (id: number): Promise<string | null> => registry.schema(id);
  const closers: (() => Promise<void>)[] = [];

  const open = async (
    name: PipelineName,
    waiting: Waiting,
    rest: Pick<Parameters<typeof openPipeline>[0], 'createLander'>,
  ) => {
    const pipeline = await openPipeline({
      ...{ name, topic: names[name], group: groupOf[name], kafka, sink: createRecordSink(store, name), deadLetters },
      ...{ retry: { clock, log, waiting }, clock, metrics, health },
      limits: name === 'lists' ? { ...limits, flushMs: LISTS_WAIT * limits.flushMs } : limits,
      ...{ stallMs: deps.stallMs ?? STALL_MS, sessionTimeoutMs: deps.sessionTimeoutMs },
      faultPoint: deps.faultPoint ?? (() => {}),
      ...rest,
    });
    closers.push(() => pipeline.close());
  };
  const openEvents = async (): Promise<void> => {
    const waiting = createWaiting();
    health.add('events', () => ({ ok: false, detail: waiting.text() ?? 'reading the catalogue' }));
    const feed = await openCatalogFeed({
      ...{ kafka, registry, retry: { clock, log, waiting }, topic: names.catalog, signal: ended.signal },
    });
    closers.push(() => feed.close());
    const cleaning = openCleaningFeed({ store, clock, log, signal: ended.signal });
    const versions = createSchemaVersions('behaviour-event');
    await open('events', waiting, {
      createLander: ({ topicId, partition }) =>
        createEventLander({
          ...{ topicId, partition, versions, lookup, catalog: feed.state, rates },
          ...{ memory: createCleanerMemory(store), cleaning: cleaning.current },
        }),
    });
  };
  const openRecords = async (name: 'catalog' | 'lists'): Promise<void> => {
    const versions = createSchemaVersions(name === 'catalog' ? 'catalog-item' : 'recommendation-list');
    const judge = name === 'catalog' ? createItemJudge(versions) : createListJudge(versions);
    await open(name, createWaiting(), {
      createLander: ({ topicId, partition }) => createRecordLander({ topicId, partition, versions, lookup, judge }),
    });
  };

  const close = async (): Promise<void> => {
    // the groups first: what they put in on their way out may still write dead letters
    await Promise.all(closers.toReversed().map((stop) => stop()));
    ended.abort(new NextcartError('internal', 'ingest was closed', { retry: false }));
    await producer.close();
  };
  const starts = pipelineNames
    .filter((name) => wanted.has(name))
    .map((name) => (name === 'events' ? openEvents() : openRecords(name)));
  const results = await Promise.allSettled(starts);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  return { close };
};
