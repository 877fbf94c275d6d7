import type { LogSlice } from '@nextcart/contracts';
import type { Store } from './store.ts';
import { inSlice } from './training-events.ts';

/** Of the newest kept event of some slices, epoch ms by the shop's clock; 0 where there is none. */
export const readNewestTime = async (
  store: Store,
  { topicId, ranges }: { readonly topicId: string; readonly ranges: readonly LogSlice[] },
): Promise<number> => {
  const [row] = await store.query<{ newest: number }>(
    `SELECT toUnixTimestamp64Milli(max(event_time)) AS newest FROM events
     WHERE topic_id = {topicId:UUID} AND (${ranges.map(inSlice).join(' OR ') || 'false'})
       AND outcome IN ('accepted', 'late')`,
    { topicId },
    { max_threads: 1 },
  );
  return row?.newest ?? 0;
};

/** When the first row of some slices was appended, epoch ms; null where there is none. */
export const readFirstAppend = async (
  store: Store,
  { topicId, ranges }: { readonly topicId: string; readonly ranges: readonly LogSlice[] },
): Promise<number | null> => {
  const [row] = await store.query<{ first: number; n: number }>(
    `SELECT toUnixTimestamp64Milli(min(appended_at)) AS first, count() AS n FROM events
     WHERE topic_id = {topicId:UUID} AND (${ranges.map(inSlice).join(' OR ') || 'false'})`,
    { topicId },
    { max_threads: 1 },
  );
  return row !== undefined && row.n > 0 ? row.first : null;
};

/**
 * Where the newest `share` of some slices begins, by the time of their events: a position for each slice, in their order.
 * One time cuts all partitions, so that nothing that is learned from is newer than what it is measured over; a partition
 * is cut at the share of its rows that are older, so that rows that came late or out of order move the cut by no more
 * than themselves. Costs a pass over one column; the server holds 8 bytes a row.
 */
export const cutByTime = async (
  store: Store,
  { topicId, ranges }: { readonly topicId: string; readonly ranges: readonly LogSlice[] },
  share: number,
): Promise<number[]> => {
  const rows = await store.query<{ partition: number; older: number; kept: number }>(
    `WITH kept AS (
       SELECT partition, event_time FROM events
       WHERE topic_id = {topicId:UUID} AND (${ranges.map(inSlice).join(' OR ') || 'false'})
         AND outcome IN ('accepted', 'late')
     ), (SELECT quantileExact(${1 - share})(event_time) FROM kept) AS cut
     SELECT partition, countIf(event_time < cut) AS older, count() AS kept FROM kept GROUP BY partition`,
    { topicId },
    { max_threads: 1 },
  );
  const byPartition = new Map(rows.map((row) => [row.partition, row.older / row.kept]));
  return ranges.map(({ partition, from, to }) => from + Math.floor((byPartition.get(partition) ?? 1) * (to - from)));
};
