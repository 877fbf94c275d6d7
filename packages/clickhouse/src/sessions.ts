/**
 * Sessions as the store can tell them: by session id within a subject, else cut by SESSION_GAP_MS of event time without
 * an item event. Steps in the order of event time (position breaks ties); repeats of the item just seen are one step; an
 * item event is a view, click, cart or purchase. Robots and outliers are left out, and of a giant session the last
 * MAX_SESSION_STEPS are kept.
 */
import { SESSION_GAP_MS, type SnapshotPayloads } from '@nextcart/contracts';
import type { Positions } from './positions.ts';
import { recentCut } from './recent-cut.ts';
import type { SequenceRow } from './sequences.ts';
import { toSequences } from './sequences.ts';
import type { Store } from './store.ts';
import { asOfCondition, countedCondition, rawStretch } from './window-rows.ts';

export const MAX_SESSION_STEPS = 100;
const ITEM_EVENTS = ['view', 'click', 'cart', 'purchase'] as const;
const typeList = ITEM_EVENTS.map((type) => `'${type}'`).join(', ');

export interface SessionsRequest {
  /** Watermark, epoch ms: no later event is read. */
  readonly at: number;
  /** The newest item events that are read at most. */
  readonly maxEvents: number;
  readonly maxDays: number;
  /** The store as it was at these positions; all rows where absent. */
  readonly positions?: Positions;
}

/** Sessions of two steps and more, oldest end first. */
export const readSessions = async (store: Store, request: SessionsRequest): Promise<SequenceRow[]> => {
  const from = await recentCut(store, { ...request, types: ITEM_EVENTS });
  return store.query<SequenceRow>(
    `SELECT arrayMap(s -> s.4, kept) AS items, arrayMap(s -> s.1, kept) AS times
     FROM (
       SELECT subject, session, arraySlice(arrayFilter((s, i) -> i = 1 OR s.4 != steps[i - 1].4, steps, arrayEnumerate(steps)), -${MAX_SESSION_STEPS}) AS kept
       FROM (
         SELECT subject, session, arrayJoin(arraySplit((s, gap) -> gap > ${SESSION_GAP_MS}, sorted, gaps)) AS steps
         FROM (
           SELECT subject, ifNull(session_id, '') AS session,
             arraySort(groupArray((toUnixTimestamp64Milli(event_time), partition, offset, assumeNotNull(item_id)))) AS sorted,
             if(session = '', arrayDifference(arrayMap(s -> s.1, sorted)), arrayMap(s -> toInt64(0), sorted)) AS gaps
           FROM events
           WHERE ${countedCondition} AND event_type IN (${typeList}) AND item_id IS NOT NULL AND ${rawStretch({ from, to: request.at + 1 })}
            AND ${asOfCondition(request.positions)}
           GROUP BY subject, session
         )
       )
     )
     WHERE length(kept) >= 2
     ORDER BY kept[-1].1, subject, session, kept[1]`,
    {},
    { max_threads: 1 },
  );
};

/** The snapshot of the `top` most recent sessions, newest last. */
export const sessionsSnapshot = (sessions: readonly SequenceRow[], top: number): SnapshotPayloads['sessions'] => {
  const { items, rowStart, columns, times } = toSequences(sessions.slice(-top));
  return {
    items,
    rowStart,
    columns,
    endedAt: Float64Array.from(rowStart.subarray(1), (end) => times[end - 1] as number),
  };
};
