import type { Store } from './store.ts';

/** Table `lists`: what was published, for those who make it again. Tombstones are left out: they carry nothing. */
export interface PublishedList {
  /** Of the list's own record. */
  readonly partition: number;
  readonly offset: number;
  readonly subject: string;
  readonly recommId: string;
  readonly release: string;
  /** Hash by kind. */
  readonly snapshots: Readonly<Record<string, string>>;
  readonly catalogPosition: string;
  readonly eventsPartition: number;
  /** -1 for lists that are nobody's. */
  readonly triggerOffset: number;
  /** Epoch ms. */
  readonly eventTime: number;
  readonly publishedAt: number;
  readonly itemIds: readonly string[];
  readonly scores: readonly number[];
  readonly sources: readonly string[];
  /** Likeliest first. */
  readonly nextItemIds: readonly string[];
  readonly probabilities: readonly number[];
}

/** Some lists of a topic. */
export interface PublishedRange {
  readonly topicId: string;
  /** Absent: all of them. */
  readonly partition?: number;
  /** Offsets of the lists' records; absent: from the first, to the last. */
  readonly first?: number;
  readonly last?: number;
  /** Epoch ms of publication: from, and before. */
  readonly from?: number;
  readonly before?: number;
}

const matching = ({ partition, first, last, from, before }: PublishedRange): string =>
  [
    "topic_id = {topicId:UUID} AND outcome = 'accepted' AND NOT deleted",
    partition === undefined ? '' : `partition = ${Number(partition)}`,
    first === undefined ? '' : `offset >= ${Number(first)}`,
    last === undefined ? '' : `offset <= ${Number(last)}`,
    from === undefined ? '' : `published_at >= fromUnixTimestamp64Milli(${Number(from)}, 'UTC')`,
    before === undefined ? '' : `published_at < fromUnixTimestamp64Milli(${Number(before)}, 'UTC')`,
  ]
    .filter((condition) => condition !== '')
    .join(' AND ');

/** Those of a range that one partition has. */
export interface PublishedCount {
  readonly partition: number;
  readonly lists: number;
  /** Offsets of the lists' records. */
  readonly first: number;
  readonly last: number;
  /** Epoch ms of publication. */
  readonly oldest: number;
  readonly newest: number;
  readonly newestTrigger: number;
}

/** By partition, those that have any. */
export const countPublishedLists = (store: Store, range: PublishedRange): Promise<PublishedCount[]> =>
  store.query(
    `SELECT partition, count() AS lists, min(offset) AS first, max(offset) AS last, max(trigger_offset) AS newestTrigger,
       toUnixTimestamp64Milli(min(published_at)) AS oldest, toUnixTimestamp64Milli(max(published_at)) AS newest
     FROM lists WHERE ${matching(range)} GROUP BY partition ORDER BY partition`,
    { topicId: range.topicId },
  );

/** At most `limit` lists of one partition in the order of their offsets. */
export const readPublishedLists = (
  store: Store,
  range: PublishedRange & { readonly partition: number },
  limit: number,
): Promise<PublishedList[]> =>
  store.query<PublishedList>(
    `SELECT partition, offset, subject, recomm_id AS recommId, release, snapshots, catalog_position AS catalogPosition,
       events_partition AS eventsPartition, trigger_offset AS triggerOffset,
       toUnixTimestamp64Milli(event_time) AS eventTime, toUnixTimestamp64Milli(published_at) AS publishedAt,
       items.item_id AS itemIds, items.score AS scores, items.source AS sources,
       next_purchases.item_id AS nextItemIds, next_purchases.probability AS probabilities
     FROM lists WHERE ${matching(range)} ORDER BY topic_id, partition, offset LIMIT {limit:UInt32}`,
    { topicId: range.topicId, limit },
  );

/** Snapshots that the newest list of all was made from, hash by kind, and the rules it was made by; null before the first. */
export const newestListSnapshots = async (store: Store): Promise<PublishedList['snapshots'] | null> => {
  const accepted = "outcome = 'accepted' AND NOT deleted";
  const rows = await store.query<Pick<PublishedList, 'snapshots'>>(
    `SELECT snapshots FROM lists
     WHERE ${accepted} AND written_at = (SELECT max(written_at) FROM lists WHERE ${accepted})
     ORDER BY partition, offset DESC LIMIT 1`,
    {},
    { max_threads: 1 },
  );
  return rows[0]?.snapshots ?? null;
};
