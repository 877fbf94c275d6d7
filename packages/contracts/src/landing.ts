import { outcomes } from './outcomes.ts';
import { schemaText } from './schemas.ts';

/**
 * The writer schema of a row of `events`: what ingest says of the record, then the event's own fields in their own
 * order. Avro encodes a record as the concatenation of its fields, so `prefix bytes + the raw datum` is a datum of
 * this schema, and the event is never decoded on its way to the store (law 3). Field names are the table's columns;
 * names are not in the bytes, so the event's fields are renamed here for free.
 */
export interface AvroField {
  readonly name: string;
  readonly type: unknown;
}

const timestamp = { type: 'long', logicalType: 'timestamp-millis' } as const;
const money = ['null', { type: 'bytes', logicalType: 'decimal', precision: 18, scale: 4 }] as const;

/** In the order of their bytes. */
export const landingPrefix: readonly AvroField[] = [
  { name: 'topic_id', type: { type: 'string', logicalType: 'uuid' } },
  { name: 'partition', type: 'int' },
  { name: 'offset', type: 'long' },
  { name: 'appended_at', type: timestamp },
  { name: 'received_at', type: timestamp },
  { name: 'source', type: 'string' },
  { name: 'outcome', type: { type: 'enum', name: 'Outcome', symbols: [...outcomes] } },
  { name: 'reason', type: 'string' }, // a ReasonCode, or empty
  { name: 'field_path', type: 'string' },
  { name: 'raw', type: 'bytes' }, // the whole value, quarantined rows only
  { name: 'schema_id', type: 'int' }, // -1 where the record names none
  { name: 'flags', type: 'int' },
  { name: 'category', type: 'string' }, // path text of the item at that time; empty where unknown
  { name: 'brand', type: 'string' },
  { name: 'line_amount', type: money }, // the event's amount, or the imputed one; cart, purchase and return only
  { name: 'line_currency', type: 'string' },
  { name: 'base_amount', type: money }, // line_amount in the base currency; null where there is no rate
];

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** The event's own fields under their column names. */
export const landingEventFields = (): AvroField[] =>
  (JSON.parse(schemaText('behaviour-event')) as { fields: AvroField[] }).fields.map(({ name, type }) => ({
    name: snake(name),
    type,
  }));

/** The whole schema, as the header of an Avro container wants it. */
export const landingSchema = (): string =>
  JSON.stringify({ type: 'record', name: 'Landing', fields: [...landingPrefix, ...landingEventFields()] });
