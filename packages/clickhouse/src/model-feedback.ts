/** How the lists of a release fare: whether what their subjects did next was on them, and what their scores look like. */
import { tables, VISIT_ENDED, VISIT_KEY } from '@nextcart/contracts';
import type { Store } from './store.ts';
import { countedCondition, timeLiteral } from './window-rows.ts';

export interface LiveQuality {
  /** Lists that their subject did something with an item after: viewed, clicked, put in the cart or bought it. */
  readonly lists: number;
  /** Share of them that had the item among their first 20. */
  readonly hitRate: number;
  /** Standard error of the hit rate, subjects being drawn, not lists (Cochran 1977, 6.2). */
  readonly error: number;
  /** How far scores fall, 1 − last of 20 / first: mean and deviation over all lists. */
  readonly steepness: number;
  readonly steepnessDeviation: number;
}

/** Lists that are looked at, the newest: a look takes some tens of milliseconds, and is taken every minute. */
const MAX_LISTS = 20_000;
/** What a subject did later than this, the list did not see coming. */
const ANSWER_MS = 30 * 60_000;

/**
 * Over subjects' lists that were written in [from, to), epoch ms, and were made for a visit that goes on: those for a next
 * one fall steeper, and come half an hour behind another release. `topicId`: of the events' topic. Lists don't name it: those
 * whose trigger is older than all that it has near that time are of a former one, and its positions are others.
 */
export const readLiveQuality = async (
  store: Store,
  {
    release,
    topicId,
    from,
    to,
  }: { readonly release: string; readonly topicId: string; readonly from: number; readonly to: number },
): Promise<LiveQuality> => {
  const [row] = await store.query<Record<'n' | 'h' | 'hh' | 'hn' | 'nn' | 'steepness' | 'deviation', number>>(
    `WITH shown AS (
       SELECT subject, events_partition AS partition, trigger_offset, arraySlice(items.item_id, 1, 20) AS ids,
         if(items.score[1] > 0, 1 - items.score[least(20, n_items)] / items.score[1], 0) AS fall
       FROM ${tables.lists}
       WHERE release = {release:String} AND outcome = 'accepted' AND NOT deleted AND trigger_offset >= 0 AND n_items > 1
         AND written_at >= ${timeLiteral(from)} AND written_at < ${timeLiteral(to)}
         AND snapshots['${VISIT_KEY}'] != '${VISIT_ENDED}'
         AND appended_at >= (
           SELECT min(appended_at) FROM ${tables.events}
           WHERE topic_id = {topicId:UUID} AND appended_at >= ${timeLiteral(from - ANSWER_MS)}
             AND appended_at < ${timeLiteral(to + ANSWER_MS)}
         )
       ORDER BY written_at DESC LIMIT ${MAX_LISTS}
     ), done AS (
       SELECT subject, toInt32(partition) AS partition, toInt64(offset) AS at, assumeNotNull(item_id) AS item
       FROM ${tables.events}
       WHERE topic_id = {topicId:UUID} AND ${countedCondition} AND event_type IN ('view', 'click', 'cart', 'purchase')
         AND ifNull(item_id, '') != ''
         AND appended_at >= ${timeLiteral(from)} AND appended_at < ${timeLiteral(to + ANSWER_MS)}
     ), answered AS (
       SELECT subject, count() AS size, countIf(has(ids, item)) AS hits
       FROM shown ASOF INNER JOIN done
         ON shown.subject = done.subject AND shown.partition = done.partition AND shown.trigger_offset < done.at
       GROUP BY subject
     )
     SELECT sum(size) AS n, sum(hits) AS h, sum(hits * hits) AS hh, sum(hits * size) AS hn, sum(size * size) AS nn,
       (SELECT avg(fall) FROM shown) AS steepness, (SELECT stddevPop(fall) FROM shown) AS deviation
     FROM answered`,
    { release, topicId },
    { max_threads: 1 },
  );
  if (row === undefined || row.n === 0)
    return {
      lists: 0,
      hitRate: 0,
      error: Infinity,
      steepness: row?.steepness ?? 0,
      steepnessDeviation: row?.deviation ?? 0,
    };
  const { n, h, hh, hn, nn } = row;
  const hitRate = h / n;
  const squares = hh - 2 * hitRate * hn + hitRate * hitRate * nn;
  return {
    ...{ lists: n, hitRate, error: Math.sqrt(Math.max(0, squares)) / n },
    ...{ steepness: row.steepness, steepnessDeviation: row.deviation },
  };
};
