import {
  avroType,
  createCodec,
  isPacked,
  type LogRecord,
  type SchemaName,
  schemaText,
  wireSchemaId,
} from '@nextcart/contracts';
import type { AvroSchema } from './compile-schema.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { createDatumView, createWalker, type DatumView, type Walker } from './walker.ts';

/**
 * What a schema id means for a topic. Look-ups are synchronous, so that judging is; asking the registry comes before,
 * once an id. Where a lookup rejects, `resolve` does, and its id stays unasked: the caller waits and asks again.
 */
export type SchemaVersion =
  | { readonly kind: 'current' }
  /** Another version that can be read: the rare path. */
  | {
      readonly kind: 'other';
      readonly walker: Walker;
      /** Room for its walks. */
      readonly view: DatumView;
      /** Datum of that version to datum of the newest. Throws where avsc can't. */
      transcode(datum: Uint8Array): Buffer;
    }
  /** Another record, or no schema at all. */
  | { readonly kind: 'wrong' }
  /** A healthy registry denies it. */
  | { readonly kind: 'unknown' };

export interface SchemaVersions {
  readonly name: SchemaName;
  /** Of the newest version: the one that this code was built with. */
  readonly walker: Walker;
  /** Undefined: not asked yet. */
  of(schemaId: number): SchemaVersion | undefined;
  /** Distinct ids of the records that have a wire header. */
  idsNotAsked(records: readonly LogRecord[]): number[];
  /** Asks for what is not known; `lookup` answers with the schema's text, or null where the registry denies it. */
  resolve(records: readonly LogRecord[], lookup: (id: number) => Promise<string | null>): Promise<void>;
}

/** Denied ids of a generation; garbage can name four billion. */
const MAX_DENIED = 10_000;
/** Questions that are open at a time. */
const PARALLEL = 16;

/** What of a schema decides its bytes and their meaning: no docs, defaults or aliases, keys in one order. */
const shapeOf = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (typeof schema !== 'object' || schema === null) return schema;
  const node = schema as Record<string, unknown>;
  const kept = Object.keys(node)
    .filter((key) => !['doc', 'default', 'aliases', 'order'].includes(key))
    .sort();
  return Object.fromEntries(kept.map((key) => [key, shapeOf(node[key])]));
};

/** Logical types by field, uuid apart (the walker's own affair): where they differ, the same number means another thing. */
const meanings = (schema: AvroSchema, path = ''): string[] => {
  if (typeof schema === 'string') return [];
  if (Array.isArray(schema)) return (schema as readonly AvroSchema[]).flatMap((branch) => meanings(branch, path));
  const node = schema as Exclude<AvroSchema, string | readonly AvroSchema[]>;
  const own = node.logicalType === undefined || node.logicalType === 'uuid' ? [] : [`${path}:${node.logicalType}`];
  const inner = [node.items, node.values, typeof node.type === 'object' ? (node.type as AvroSchema) : undefined];
  return [
    ...own,
    ...inner.flatMap((part) => (part === undefined ? [] : meanings(part, path))),
    ...(node.fields ?? []).flatMap((field) => meanings(field.type, `${path}.${field.name}`)),
  ];
};

const DENIED: SchemaVersion = { kind: 'unknown' };

const classify = (newest: string, text: string, limits: Limits): SchemaVersion => {
  try {
    const schema = JSON.parse(text) as AvroSchema;
    if (JSON.stringify(shapeOf(schema)) === JSON.stringify(shapeOf(JSON.parse(newest)))) return { kind: 'current' };
    const fieldsOf = (s: unknown) => (s as { fields?: { name: string }[] }).fields?.map((field) => field.name) ?? [];
    const shared = new Set(fieldsOf(schema));
    const both = (path: string) => shared.has(path.split(/[.:]/)[1] ?? '');
    const theirs = new Set(meanings(schema));
    if (meanings(JSON.parse(newest) as AvroSchema).some((meaning) => both(meaning) && !theirs.has(meaning)))
      return { kind: 'wrong' };
    avroType(newest).createResolver(avroType(text)); // throws where one can't be read as the other
    const reader = createCodec<unknown>(newest, text);
    const transcode = (datum: Uint8Array): Buffer => reader.encode(reader.decode(datum));
    const walker = createWalker(text, limits);
    return { kind: 'other', walker, view: createDatumView(walker.fields.length), transcode };
  } catch {
    return { kind: 'wrong' };
  }
};

/** -1 where it has none. */
const idOf = (record: LogRecord): number => {
  if (isPacked(record))
    return record.valueStart < 0 ? -1 : wireSchemaId(record.block, record.valueStart, record.valueEnd);
  return record.value === null ? -1 : wireSchemaId(record.value);
};

export const createSchemaVersions = (name: SchemaName, limits: Limits = defaultLimits): SchemaVersions => {
  const newest = schemaText(name);
  const known = new Map<number, SchemaVersion>();
  /**
   * Denied ids in two generations; what a batch names moves to the newer one, and the older one alone is forgotten. So
   * another partition's resolve can't make this batch's ids unasked before they are judged.
   */
  let denied = new Set<number>();
  let deniedBefore = new Set<number>();

  const of = (id: number): SchemaVersion | undefined =>
    known.get(id) ?? (denied.has(id) || deniedBefore.has(id) ? DENIED : undefined);
  const idsOf = (records: readonly LogRecord[]): Set<number> => {
    const ids = new Set<number>();
    let last = -1;
    for (const record of records) {
      const id = idOf(record);
      if (id === last || id < 0) continue;
      last = id;
      ids.add(id);
    }
    return ids;
  };
  const notAsked = (ids: Iterable<number>): number[] => [...ids].filter((id) => of(id) === undefined);

  return {
    name,
    walker: createWalker(newest, limits),
    of,
    idsNotAsked: (records) => notAsked(idsOf(records)),
    resolve: async (records, lookup) => {
      if (denied.size > MAX_DENIED) {
        deniedBefore = denied;
        denied = new Set();
      }
      const named = idsOf(records);
      for (const id of named) if (deniedBefore.has(id)) denied.add(id);
      const ids = notAsked(named);
      for (let at = 0; at < ids.length; at += PARALLEL) {
        await Promise.all(
          ids.slice(at, at + PARALLEL).map(async (id) => {
            const text = await lookup(id);
            if (text === null) denied.add(id);
            else known.set(id, classify(newest, text, limits));
          }),
        );
      }
    },
  };
};
