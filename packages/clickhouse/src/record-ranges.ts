import { planToken } from '@nextcart/contracts';
import type { PositionRange } from './events-table.ts';
import { insertSettings, type Store } from './store.ts';
import { viewSelect } from './view-select.ts';

/** Tables that hold one row a record, ordered by (topic_id, partition, offset). */
export type RecordTable = 'events' | 'catalog' | 'lists';

const IN_RANGE =
  'topic_id = {topicId:UUID} AND partition = {partition:UInt16} AND offset BETWEEN {first:UInt64} AND {last:UInt64}';

/** That a range is planned and inserted under. */
export const rangeToken = ({ topicId, partition, first, last }: PositionRange): string =>
  planToken(topicId, partition, first, last);

/** Rows of a range. An insert is one part, so a planned range has all of its rows or none. */
export const countRange = async (store: Store, table: RecordTable, range: PositionRange): Promise<number> => {
  const rows = await store.query<{ rows: number }>(`SELECT count() AS rows FROM ${table} WHERE ${IN_RANGE}`, {
    ...range,
  });
  return rows[0]?.rows ?? 0;
};

/**
 * Whether an insert under the token is under way, whoever sent it and is perhaps dead by now: until it ends, the table can
 * know the token and not show the rows yet.
 */
export const isBeingInserted = async (store: Store, token: string): Promise<boolean> => {
  const rows = await store.query<{ running: number }>(
    "SELECT count() AS running FROM system.processes WHERE Settings['insert_deduplication_token'] = {token:String}",
    { token },
  );
  return (rows[0]?.running ?? 0) > 0;
};

/**
 * Completes the views after a crash between table and views: the range is inserted again out of the table itself under
 * its own token. The table and every view that has it already drop it; a view that lacks it gets the very same rows,
 * whatever the catalogue or the cleaner would say today.
 */
export const healRange = (store: Store, table: RecordTable, range: PositionRange): Promise<void> =>
  store.command(
    `INSERT INTO ${table} SELECT * FROM ${table} WHERE ${IN_RANGE} ORDER BY topic_id, partition, offset`,
    { ...range },
    {
      ...insertSettings,
      insert_deduplication_token: rangeToken(range),
      // one block: a token that comes with two is another. Read in the table's order, granule by granule, it would be several
      max_threads: 1,
      max_block_size: '1048576',
      optimize_read_in_order: 0,
    },
  );

/**
 * Gives a table the rows of a range whose token it remembers without having them. A server that is killed between
 * writing a token down and keeping the part (each is a step of its own where no Keeper makes them one) drops whatever
 * comes under that token from then on. `insert` fills a table beside it, whose part is taken over as it is, so that the
 * views, which know the token for themselves, see nothing of it. Does nothing on a cluster: a Keeper makes the two steps
 * one, and rows that are not seen there are on another replica.
 */
export const reinstateRange = async (
  store: Store,
  table: RecordTable,
  partition: number,
  insert: (into: string) => Promise<void>,
): Promise<void> => {
  if (store.cluster !== undefined) return;
  const beside = `${table}_reinstated_${partition}`;
  await store.command(`DROP TABLE IF EXISTS ${beside} SYNC`);
  await store.command(`CREATE TABLE ${beside} AS ${table}`);
  await insert(beside);
  await store.command(`ALTER TABLE ${table} ATTACH PARTITION ID 'all' FROM ${beside}`);
  await store.command(`DROP TABLE ${beside} SYNC`);
};

/**
 * Gives `subject_events` the rows of a range that it lacks, out of `events`. Its token is written down before its part,
 * too (see `reinstateRange`): where a server is killed between, repeating the insert brings the rows no more, and a cold
 * subject would be folded from less than it did. Not to be called while the range is being inserted; it has the range's
 * token itself, so that whoever looks sees it, too. On a cluster as `reinstateRange`.
 */
export const completeHistories = async (store: Store, range: PositionRange): Promise<void> => {
  if (store.cluster !== undefined) return;
  const wanted = `${await viewSelect(store, 'subject_events_mv')} AND ${IN_RANGE}`;
  await store.command(
    // the subjects, because the table is ordered by them: offsets alone would have all of the partition read
    `INSERT INTO subject_events SELECT * FROM (${wanted}) WHERE offset NOT IN (
       SELECT offset FROM subject_events WHERE ${IN_RANGE} AND subject IN (SELECT subject FROM (${wanted})))`,
    { ...range },
    { async_insert: 0, insert_deduplicate: 0, insert_deduplication_token: rangeToken(range), max_threads: 1 },
  );
};
