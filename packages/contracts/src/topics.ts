/** A topic as nextcart creates it: broker append time on everything, so that latency and lateness have one clock. */
export interface TopicSpec {
  readonly name: string;
  /** Avro file of `schemas/` that its values are written with; its subject in the registry is `name-value`. */
  readonly schema: SchemaName;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

export const schemaNames = [
  'behaviour-event',
  'catalog-item',
  'recommendation-list',
  'dead-letter',
  'model-release',
] as const;
export type SchemaName = (typeof schemaNames)[number];

const DAY_MS = 24 * 60 * 60 * 1000;
const appendTime = { 'message.timestamp.type': 'LogAppendTime' };

/** Lists live on the partition number of their events, so these two topics must have equally many. */
const EVENT_PARTITIONS = 4;

export const topics = {
  events: {
    name: 'behaviour-events.v1',
    schema: 'behaviour-event',
    partitions: EVENT_PARTITIONS,
    config: { ...appendTime, 'cleanup.policy': 'delete', 'retention.ms': String(7 * DAY_MS) },
  },
  catalog: {
    name: 'catalog.v1',
    schema: 'catalog-item',
    partitions: 1,
    config: { ...appendTime, 'cleanup.policy': 'compact' },
  },
  recommendations: {
    name: 'recommendations.v1',
    schema: 'recommendation-list',
    partitions: EVENT_PARTITIONS,
    config: { ...appendTime, 'cleanup.policy': 'compact' },
  },
  deadLetters: {
    name: 'dead-letters.v1',
    schema: 'dead-letter',
    partitions: 1,
    config: { ...appendTime, 'cleanup.policy': 'delete', 'retention.ms': String(30 * DAY_MS) },
  },
  modelReleases: {
    name: 'model-releases.v1',
    schema: 'model-release',
    partitions: 1,
    config: { ...appendTime, 'cleanup.policy': 'delete', 'retention.ms': '-1' },
  },
} as const satisfies Record<string, TopicSpec>;

/** Keys of `recommendations.v1` that are nobody's subject. */
export const STRANGERS_KEY = '*';
export const similarItemsKey = (itemId: string): string => `item:${itemId}`;

/** Record header: which stream of events this is (a live shop, an import); each source has its own watermark. */
export const SOURCE_HEADER = 'nextcart-source';
/** Record header: the shop's own clock in epoch milliseconds, where it is not the broker's (imports, simulations). */
export const CLOCK_HEADER = 'nextcart-clock';
export const DEFAULT_SOURCE = 'live';

/** Consumer groups, one a pipeline. */
export const groups = {
  ingestEvents: 'nextcart-ingest-events',
  ingestCatalog: 'nextcart-ingest-catalog',
  ingestLists: 'nextcart-ingest-lists',
  scorer: 'nextcart-scorer',
} as const;
