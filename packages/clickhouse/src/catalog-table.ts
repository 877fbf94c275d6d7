import { type CatalogItem, type LogSlice, parseMoney, tables } from '@nextcart/contracts';
import { catalogLandingSchema } from './record-landing.ts';
import type { RecordInsertOptions, Store } from './store.ts';
import { inSlice } from './training-events.ts';

/** Table `catalog`: sql/003_catalog.sql. */
let schema: string | undefined;

/** Inserts encoded rows (`catalogLandingSchema`) as one block under the token. */
export const insertCatalog = (
  store: Store,
  rows: number,
  parts: readonly Uint8Array[],
  options: RecordInsertOptions,
): Promise<void> =>
  store.insertAvro(
    options.into ?? tables.catalog,
    { schema: (schema ??= catalogLandingSchema()), rows, parts },
    options,
  );

/** The newest record of an item, with where it stood. */
export interface StoredItem {
  readonly partition: number;
  readonly offset: number;
  readonly item: CatalogItem;
}

type Row = Omit<CatalogItem, 'price'> & { partition: number; offset: number; price: string | null };

const itemColumns = `offset, item_id AS itemId, title, description, category, brand, toString(price) AS price,
  currency, stock, hidden, toUnixTimestamp64Milli(available_from) AS availableFrom,
  toUnixTimestamp64Milli(available_until) AS availableUntil, repurchase_days AS repurchaseDays, attributes`;

const itemOf = ({ price, ...item }: Omit<Row, 'partition' | 'offset'>): CatalogItem => ({
  ...item,
  price: price === null ? null : parseMoney(price),
});

/**
 * The catalogue as of a position or a time: each item's newest accepted record below `before` (by partition, exclusive;
 * absent: all of it), and appended by `until` (epoch ms, inclusive; absent: by now); deleted items left out.
 */
export const readCatalog = async (
  store: Store,
  query: { readonly topicId: string; readonly before?: ReadonlyMap<number, number>; readonly until?: number },
): Promise<StoredItem[]> => {
  const bounds = [...(query.before ?? [])].map(([p, o]) => `(partition = ${Number(p)} AND offset < ${Number(o)})`);
  const bound = query.before === undefined ? '' : `AND (${bounds.join(' OR ') || 'false'})`;
  const time = query.until === undefined ? '' : `AND toUnixTimestamp64Milli(appended_at) <= ${Number(query.until)}`;
  const rows = await store.query<Row>(
    `SELECT partition, ${itemColumns} FROM (
       SELECT * FROM catalog WHERE topic_id = {topicId:UUID} AND outcome = 'accepted' ${bound} ${time}
       ORDER BY item_id, partition DESC, offset DESC LIMIT 1 BY item_id
     )
     WHERE NOT deleted ORDER BY partition, offset`,
    { topicId: query.topicId },
  );
  return rows.map(({ partition, offset, ...row }) => ({ partition, offset, item: itemOf(row) }));
};

/** A record of an item: null where it was removed. */
export interface CatalogChange {
  readonly offset: number;
  readonly itemId: string;
  readonly item: CatalogItem | null;
}

/** A partition's accepted records with offsets in [first, before), in their order. */
export const readCatalogChanges = async (
  store: Store,
  query: { readonly topicId: string; readonly partition: number; readonly first: number; readonly before: number },
): Promise<CatalogChange[]> => {
  const rows = await store.query<Omit<Row, 'partition'> & { deleted: boolean }>(
    `SELECT ${itemColumns}, deleted FROM catalog
     WHERE topic_id = {topicId:UUID} AND outcome = 'accepted' AND partition = {partition:UInt16}
       AND offset >= {first:UInt64} AND offset < {before:UInt64}
     ORDER BY topic_id, partition, offset`,
    { ...query },
  );
  return rows.map(({ offset, deleted, ...row }) => ({
    offset,
    itemId: row.itemId,
    item: deleted ? null : itemOf(row),
  }));
};

/** What a catalogue says of an item to those who learn. */
export interface ItemContent {
  readonly itemId: string;
  readonly title: string;
  readonly category: readonly string[];
  readonly brand: string | null;
  readonly price: number | null;
  readonly currency: string | null;
}

/**
 * What the catalogue had last said of each item when the newest event of some slices was appended, by id: a function of
 * the slices, whatever was changed later. Of a deleted item what it was: people did something with it all the same. As in
 * the view `catalog_current` the newest record counts, whichever topic it is of.
 */
export const readItemContents = (
  store: Store,
  { topicId, ranges }: { readonly topicId: string; readonly ranges: readonly LogSlice[] },
): Promise<ItemContent[]> =>
  store.query<ItemContent>(
    `WITH (
       SELECT max(appended_at) FROM events
       WHERE topic_id = {topicId:UUID} AND (${ranges.map(inSlice).join(' OR ') || 'false'})
     ) AS cut
     SELECT item_id AS itemId, title, category, brand, toFloat64(price) AS price, currency FROM catalog
     WHERE outcome = 'accepted' AND NOT deleted AND appended_at <= cut
     ORDER BY item_id, appended_at DESC, offset DESC LIMIT 1 BY item_id`,
    { topicId },
    { max_threads: 1 },
  );
