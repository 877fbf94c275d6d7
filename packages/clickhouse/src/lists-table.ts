import { tables } from '@nextcart/contracts';
import { listsLandingSchema } from './record-landing.ts';
import type { RecordInsertOptions, Store } from './store.ts';

/** Table `lists`: sql/004_lists.sql. */
let schema: string | undefined;

/** Inserts encoded rows (`listsLandingSchema`) as one block under the token. */
export const insertLists = (
  store: Store,
  rows: number,
  parts: readonly Uint8Array[],
  options: RecordInsertOptions,
): Promise<void> =>
  store.insertAvro(options.into ?? tables.lists, { schema: (schema ??= listsLandingSchema()), rows, parts }, options);

/** What a published list was made from and what it showed. */
export interface StoredList {
  readonly partition: number;
  readonly offset: number;
  readonly deleted: boolean;
  readonly subject: string;
  readonly recommId: string;
  readonly release: string;
  readonly snapshots: Readonly<Record<string, string>>;
  readonly catalogPosition: string;
  readonly triggerOffset: number;
  readonly itemIds: readonly string[];
  /** Epoch ms. */
  readonly publishedAt: number;
  /** From the broker's append of the trigger to its append of the list. */
  readonly totalMs: number;
}

/** Published lists in the order of the topic, newest first; of one subject where it is named. */
export const readLists = (
  store: Store,
  query: { readonly topicId: string; readonly subject?: string; readonly limit: number },
): Promise<StoredList[]> =>
  store.query<StoredList>(
    `SELECT partition, offset, deleted, subject, recomm_id AS recommId, release, snapshots,
       catalog_position AS catalogPosition, trigger_offset AS triggerOffset, items.item_id AS itemIds,
       toUnixTimestamp64Milli(published_at) AS publishedAt, total_ms AS totalMs
     FROM lists
     WHERE topic_id = {topicId:UUID} AND outcome = 'accepted' ${query.subject === undefined ? '' : 'AND subject = {subject:String}'}
     ORDER BY topic_id, partition DESC, offset DESC LIMIT {limit:UInt32}`,
    { ...query },
  );
