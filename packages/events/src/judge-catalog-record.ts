import {
  type CatalogItem,
  createCodec,
  flags,
  type LogRecord,
  MAX_UNITS,
  type Outcome,
  type ReasonCode,
  schemaText,
  WIRE_HEADER_BYTES,
  wireSchemaId,
} from '@nextcart/contracts';
import { hasAmountSize } from './amount-size.ts';
import { MAX_CATEGORY_LEVELS, MAX_VALUE_BYTES } from './limits.ts';
import type { SchemaVersions } from './schema-versions.ts';
import { createDatumView } from './walker.ts';

/** What a record of catalog.v1 says. Stateless: a compacted topic has no duplicates, its newest record holds. */
export interface CatalogVerdict {
  readonly outcome: Extract<Outcome, 'accepted' | 'quarantined'>;
  readonly reason: ReasonCode | '';
  readonly fieldPath: string;
  readonly flags: number;
  readonly schemaId: number;
  /** Empty where quarantined. */
  readonly itemId: string;
  /** Null for a tombstone, and where quarantined. */
  readonly item: CatalogItem | null;
}

export interface CatalogJudge {
  /** Never throws on bad bytes. The record's schema id must have been resolved. */
  judge(record: LogRecord): CatalogVerdict;
}

const accepted = (itemId: string, item: CatalogItem | null, schemaId: number, bits: number): CatalogVerdict => ({
  outcome: 'accepted',
  reason: '',
  fieldPath: '',
  flags: bits,
  schemaId,
  itemId,
  item,
});

/** Judges with versions of 'catalog-item'. A tombstone removes the item that its key names. */
export const createCatalogJudge = (versions: SchemaVersions): CatalogJudge => {
  const codec = createCodec<CatalogItem>(schemaText('catalog-item'));
  const view = createDatumView(versions.walker.fields.length);
  const price = versions.walker.field('price');

  const judge = ({ key, value }: LogRecord): CatalogVerdict => {
    let schemaId = -1;
    const refuse = (reason: ReasonCode, fieldPath = ''): CatalogVerdict => ({
      outcome: 'quarantined',
      reason,
      fieldPath,
      flags: 0,
      schemaId,
      itemId: '',
      item: null,
    });
    if (value === null) {
      const itemId = key?.toString('utf8') ?? '';
      return itemId === '' ? refuse('missing_item', 'itemId') : accepted(itemId, null, schemaId, 0);
    }
    if (value.length === 0) return refuse('empty_value');
    if (value.length > MAX_VALUE_BYTES) return refuse('too_large');
    const id = wireSchemaId(value);
    if (id < 0) return refuse('not_avro');
    schemaId = id | 0;
    const version = versions.of(id);
    if (version === undefined) throw new RangeError(`schema id ${id} was judged before the registry was asked`);
    if (version.kind === 'unknown') return refuse('unknown_schema');
    if (version.kind === 'wrong') return refuse('wrong_schema');

    const old = version.kind === 'other';
    const { walker } = old ? version : versions;
    if (!walker.walk(value, WIRE_HEADER_BYTES, value.length, old ? version.view : view))
      return refuse(walker.fault === '' ? 'bad_datum' : walker.fault, walker.path);
    let item: CatalogItem;
    try {
      const datum = value.subarray(WIRE_HEADER_BYTES);
      item = codec.decode(old ? version.transcode(datum) : datum);
    } catch {
      return refuse('bad_datum');
    }
    if (item.itemId === '') return refuse('missing_item', 'itemId');
    if (item.category.length > MAX_CATEGORY_LEVELS) return refuse('too_large', 'category');
    if (item.price !== null) {
      const isStorable = old || hasAmountSize(view, price); // an older version's is written anew
      if (item.price < 0n || item.price > MAX_UNITS || !isStorable) return refuse('bad_amount', 'price');
    }
    const bits = (old ? flags.oldSchema : 0) | (key?.toString('utf8') === item.itemId ? 0 : flags.wrongKey);
    return accepted(item.itemId, item, schemaId, bits);
  };
  return { judge };
};
