import type { RecordTable } from './record-ranges.ts';
import type { Store } from './store.ts';

/** Table `log_progress`: sql/130_log_progress.sql and 190. One look at one partition of a log whose records become rows. */
export interface LogProgress {
  /** The topic's name; readers that speak of the events' log ask for it by name. */
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  /** The broker's first offset and the next to be written. */
  readonly start: number;
  readonly end: number;
  /** One past the last row that the store has; 0 where it has none, also in a log that begins later. */
  readonly next: number;
  /** Of events: the first offset that the scorer has still to answer; null where nobody knows. */
  readonly scorer: number | null;
  /** Of events: largest event time of the partition's kept rows, epoch ms; null where it has none. */
  readonly eventTime: number | null;
}

const seconds = (ms: number | null): string | null => (ms === null ? null : (ms / 1000).toFixed(3));

/** `now`: wall clock; `watermark`: the shop's, null before the first event; both epoch ms. */
export const insertLogProgress = (
  store: Store,
  look: { readonly now: number; readonly watermark: number | null; readonly partitions: readonly LogProgress[] },
): Promise<void> =>
  store.insertRows(
    'log_progress',
    look.partitions.map(({ topic, topicId, partition, start, end, next, scorer, eventTime }) => ({
      at: seconds(look.now),
      topic,
      topic_id: topicId,
      partition,
      start_offset: start,
      end_offset: end,
      next_offset: next,
      scorer_offset: scorer,
      event_time: seconds(eventTime),
      watermark: seconds(look.watermark),
    })),
  );

/**
 * One past the last row of a table of records, by partition; a partition without rows is absent. Read backwards from
 * the end of each partition, so that it may be asked every few seconds: a granule a part, however long the table.
 */
export const readNextOffsets = async (
  store: Store,
  query: { readonly table: RecordTable; readonly topicId: string; readonly partitions: readonly number[] },
): Promise<Map<number, number>> => {
  const last = query.partitions.map(
    (partition) => `SELECT * FROM (SELECT partition, offset + 1 AS next FROM ${query.table}
       WHERE topic_id = {topicId:UUID} AND partition = ${Number(partition)}
       ORDER BY topic_id DESC, partition DESC, offset DESC LIMIT 1)`,
  );
  if (last.length === 0) return new Map();
  const rows = await store.query<{ partition: number; next: number }>(
    last.join(' UNION ALL '),
    { topicId: query.topicId },
    { max_threads: 1 },
  );
  return new Map(rows.map(({ partition, next }) => [partition, next]));
};
