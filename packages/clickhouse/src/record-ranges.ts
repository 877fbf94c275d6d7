import { planToken } from '@nextcart/contracts';
import type { PositionRange } from './events-table.ts';
import { insertSettings, type Store } from './store.ts';

/** Tables that hold one row a record, ordered by (topic_id, partition, offset). */
export type RecordTable = 'events' | 'catalog' | 'lists';

const IN_RANGE =
  'topic_id = {topicId:UUID} AND partition = {partition:UInt16} AND offset BETWEEN {first:UInt64} AND {last:UInt64}';

/** Rows of a range. An insert is one part, so a planned range has all of its rows or none. */
export const countRange = async (store: Store, table: RecordTable, range: PositionRange): Promise<number> => {
  const rows = await store.query<{ rows: number }>(`SELECT count() AS rows FROM ${table} WHERE ${IN_RANGE}`, {
    ...range,
  });
  return rows[0]?.rows ?? 0;
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
      insert_deduplication_token: planToken(range.topicId, range.partition, range.first, range.last),
      max_threads: 1, // one block
      max_block_size: '1048576',
    },
  );
