import { schemaText, topics } from '@nextcart/contracts';
import type { StackUrls } from '@nextcart/local';

/**
 * ClickHouse's own way from the topic into the same tables: a Kafka engine table and a view that fills the columns of
 * `events`. What the engine can't know stays empty: it neither cleans nor looks anything up (duplicates and outliers
 * count in its windows), so it does less than ingest does. Broker address and registry are the bench's own.
 */
export interface EngineSetting {
  /** In metrics. */
  readonly key: string;
  readonly name: string;
  readonly blockRows: number;
  readonly consumers: number;
}

/** Blocks of at least 100,000 rows; a consumer to a thread in the last. */
export const engineSettings: readonly EngineSetting[] = [
  { key: 'block_100k', name: 'blocks of 100,000', blockRows: 100_000, consumers: 1 },
  { key: 'block_500k', name: 'blocks of 500,000', blockRows: 500_000, consumers: 1 },
  { key: 'two_consumers', name: 'two consumers, blocks of 200,000', blockRows: 200_000, consumers: 2 },
];

/** Above what a block takes to fill, so that blocks are cut by rows. */
const FLUSH_MS = 7500;

interface Field {
  readonly name: string;
  readonly type: { readonly symbols?: readonly string[] };
}

const eventFields = (): readonly Field[] =>
  (JSON.parse(schemaText('behaviour-event')) as { fields: readonly Field[] }).fields;

const columnTypes: Readonly<Record<string, string>> = {
  eventId: 'UUID',
  eventTime: "DateTime64(3, 'UTC')",
  quantity: 'Nullable(Int32)',
  amount: 'Nullable(Decimal(18, 4))',
  properties: 'Map(String, String)',
};

const columnOf = ({ name, type }: Field): string => {
  const symbols = type.symbols?.map((symbol, at) => `'${symbol}' = ${at}`).join(', ');
  return `\`${name}\` ${symbols === undefined ? (columnTypes[name] ?? 'Nullable(String)') : `Enum8(${symbols})`}`;
};

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Statements that start the engine into the tables of the store's database. */
export const startEngine = (
  urls: StackUrls,
  topicId: string,
  groupName: string,
  setting: EngineSetting,
): readonly string[] => {
  const fields = eventFields();
  const queue = `CREATE TABLE engine_queue (${fields.map(columnOf).join(', ')}) ENGINE = Kafka SETTINGS
    kafka_broker_list = '${urls.kafkaBrokers}',
    kafka_topic_list = '${topics.events.name}',
    kafka_group_name = '${groupName}',
    kafka_format = 'AvroConfluent',
    format_avro_schema_registry_url = '${urls.schemaRegistryUrl}',
    kafka_num_consumers = ${setting.consumers},
    kafka_thread_per_consumer = ${setting.consumers > 1 ? 1 : 0},
    kafka_max_block_size = ${setting.blockRows},
    kafka_poll_max_batch_size = ${setting.blockRows},
    kafka_flush_interval_ms = ${FLUSH_MS}`;
  const view = `CREATE MATERIALIZED VIEW engine_view TO events AS SELECT
    toUUID('${topicId}') AS topic_id,
    _partition AS partition,
    _offset AS offset,
    ifNull(_timestamp_ms, toDateTime64(0, 3, 'UTC')) AS appended_at,
    now64(3, 'UTC') AS received_at,
    'live' AS source,
    'accepted' AS outcome,
    '' AS reason, '' AS field_path, '' AS raw, 1 AS schema_id, 0 AS flags, '' AS category, '' AS brand,
    if(eventType IN ('cart', 'purchase', 'return'), amount, NULL) AS line_amount,
    ifNull(currency, '') AS line_currency,
    if(eventType IN ('cart', 'purchase', 'return'), amount, NULL) AS base_amount,
    ${fields.map(({ name }) => (snake(name) === name ? name : `\`${name}\` AS ${snake(name)}`)).join(', ')}
    FROM engine_queue`;
  return [queue, view];
};

export const stopEngine: readonly string[] = [
  'DROP TABLE IF EXISTS engine_view SYNC',
  'DROP TABLE IF EXISTS engine_queue SYNC',
];

/** Blocks that the engine wrote: it stamps one time on all rows of a block. */
export const ENGINE_BLOCKS = 'SELECT uniqExact(received_at) AS blocks FROM events';
