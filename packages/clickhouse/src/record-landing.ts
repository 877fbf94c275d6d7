import { type AvroField, outcomes, type SchemaName, schemaText } from '@nextcart/contracts';

/**
 * Writer schemas of rows of `catalog` and `lists`: what ingest says of the record, then the record's own fields in
 * their own order, under column names (law 3; contracts' landing.ts does the same for events).
 */
const timestamp = { type: 'long', logicalType: 'timestamp-millis' } as const;

const prefix = (appendedAt: string, receivedAt: string): AvroField[] => [
  { name: 'topic_id', type: { type: 'string', logicalType: 'uuid' } },
  { name: 'partition', type: 'int' },
  { name: 'offset', type: 'long' },
  { name: appendedAt, type: timestamp },
  { name: receivedAt, type: timestamp },
  { name: 'outcome', type: { type: 'enum', name: 'Outcome', symbols: [...outcomes] } },
  { name: 'reason', type: 'string' },
  { name: 'field_path', type: 'string' },
  { name: 'raw', type: 'bytes' },
  { name: 'schema_id', type: 'int' },
  { name: 'deleted', type: 'boolean' },
];

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Field names in an Avro schema as column names, nested records' too: names are not in the bytes. */
const renamed = (node: unknown, renames: Readonly<Record<string, string>> = {}): unknown => {
  if (Array.isArray(node)) return node.map((part) => renamed(part));
  if (typeof node !== 'object' || node === null) return node;
  const { fields, items, ...rest } = node as { fields?: AvroField[]; items?: unknown };
  return {
    ...rest,
    ...(items === undefined ? {} : { items: renamed(items) }),
    ...(fields === undefined
      ? {}
      : { fields: fields.map((f) => ({ name: renames[f.name] ?? snake(f.name), type: renamed(f.type) })) }),
  };
};

const landing = (
  name: SchemaName,
  head: AvroField[],
  options: { renames?: Readonly<Record<string, string>>; change?: (field: AvroField) => AvroField } = {},
): string => {
  const { renames = {}, change = (field) => field } = options;
  const { fields } = renamed(JSON.parse(schemaText(name)), renames) as { fields: AvroField[] };
  return JSON.stringify({ type: 'record', name: 'Landing', fields: [...head, ...fields.map(change)] });
};

/** Row of `catalog`: prefix, then the fields of catalog-item.avsc. */
export const catalogLandingSchema = (): string => landing('catalog-item', prefix('appended_at', 'received_at'));

/** What a row keeps of an item: its first fields, id, score and source. */
const KEPT_OF_ITEM = 3;

interface ItemsType {
  readonly type: 'array';
  readonly items: { readonly fields: readonly AvroField[] };
}

const trimmed = (field: AvroField): AvroField => {
  if (field.name !== 'items') return field;
  const { items, ...rest } = field.type as ItemsType;
  return { ...field, type: { ...rest, items: { ...items, fields: items.fields.slice(0, KEPT_OF_ITEM) } } };
};

/**
 * Row of `lists`: prefix, then the fields of recommendation-list.avsc, whose own partition and stamps keep their names. Of
 * its items what the catalogue knows as well and the reasons stay in the topic: who writes rows leaves them out.
 */
export const listsLandingSchema = (): string =>
  landing('recommendation-list', prefix('written_at', 'landed_at'), {
    renames: { partition: 'events_partition' },
    change: trimmed,
  });
