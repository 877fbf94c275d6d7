/**
 * What a model is measured by: carts and purchases of a slice of the log, and what their subjects had done before.
 * Invariants: the sample of subjects is a function of their names and the slice; nothing that arrives later changes an answer.
 */
import type { LogSlice } from '@nextcart/contracts';
import type { Store } from './store.ts';
import type { HistoryRow } from './subject-events.ts';
import { inSlice, subjectDraw } from './training-events.ts';
import { countedCondition } from './window-rows.ts';

export interface TargetSubject {
  readonly partition: number;
  readonly subject: string;
  /** Their first ones in the slice, oldest first. `paid`: for that item within the slice, in the base currency. */
  readonly targets: readonly { readonly offset: number; readonly item: string; readonly paid: number }[];
}

/** Subjects with a cart or a purchase in the slice; of more than `maxSubjects` those whom the slice draws. Without robots and outliers. */
export const readTargets = async (
  store: Store,
  topicId: string,
  slice: readonly LogSlice[],
  { maxSubjects, perSubject }: { readonly maxSubjects: number; readonly perSubject: number },
): Promise<TargetSubject[]> => {
  const parts = slice.map(inSlice);
  const rows = await store.query<{ partition: number; subject: string; found: [number, string, number][] }>(
    `SELECT partition, subject, arraySort(groupArray((offset, item, paid))) AS found
     FROM (
       SELECT partition, subject, offset, assumeNotNull(item_id) AS item,
         sumIf(ifNull(toFloat64(base_amount), 0), event_type = 'purchase') OVER (PARTITION BY partition, subject, item_id) AS paid
       FROM events
       WHERE topic_id = {topicId:UUID} AND (${parts.join(' OR ') || 'false'}) AND ${countedCondition}
         AND event_type IN ('cart', 'purchase') AND subject != '' AND ifNull(item_id, '') != ''
       ORDER BY partition, subject, offset LIMIT {perSubject:UInt32} BY partition, subject
     )
     GROUP BY partition, subject ORDER BY ${subjectDraw(slice)}, subject, partition LIMIT {maxSubjects:UInt32}`,
    { topicId, maxSubjects, perSubject },
  );
  return rows.map(({ partition, subject, found }) => ({
    ...{ partition, subject },
    targets: found.map(([offset, item, paid]) => ({ offset, item, paid })),
  }));
};

/**
 * How often something was done with each item in the last `positions` of the log before a slice, all partitions together;
 * an item without events is absent. Without robots and outliers, and without what was only shown.
 */
export const readPopularity = async (
  store: Store,
  topicId: string,
  slice: readonly LogSlice[],
  positions: number,
): Promise<Map<string, number>> => {
  const each = Math.ceil(positions / Math.max(1, slice.length));
  const before = slice.map(({ partition, from }) => inSlice({ partition, from: Math.max(0, from - each), to: from }));
  const rows = await store.query<{ item: string; n: number }>(
    `SELECT assumeNotNull(item_id) AS item, count() AS n FROM events
     WHERE topic_id = {topicId:UUID} AND (${before.join(' OR ') || 'false'}) AND ${countedCondition}
       AND event_type IN ('view', 'click', 'cart', 'purchase') AND ifNull(item_id, '') != ''
     GROUP BY item ORDER BY item`,
    { topicId },
    { max_threads: 1 },
  );
  return new Map(rows.map(({ item, n }) => [item, n]));
};

/** More kept rows of a subject within one slice are not read: nobody does so much, and a robot's cost must be bounded. */
const MAX_ROWS = 2000;

/** Kept rows of some subjects within a slice, by subject, oldest first: its first `MAX_ROWS`. Without rows, a subject is absent. */
export const readSliceHistories = async (
  store: Store,
  topicId: string,
  { partition, from, to }: LogSlice,
  subjects: readonly string[],
): Promise<Map<string, HistoryRow[]>> => {
  const rows = await store.query<HistoryRow>(
    `SELECT subject, partition, offset, toUnixTimestamp64Milli(event_time) AS event_time, event_type, user_id, session_id,
       item_id, query, history
     FROM subject_events
     WHERE topic_id = {topicId:UUID} AND partition = {partition:UInt16} AND subject IN {subjects:Array(String)}
       AND offset >= {from:UInt64} AND offset < {to:UInt64}
     ORDER BY subject, offset LIMIT ${MAX_ROWS} BY subject`,
    { topicId, partition, subjects, from, to },
    { max_threads: 1 },
  );
  const bySubject = new Map<string, HistoryRow[]>();
  for (const row of rows) {
    const known = bySubject.get(row.subject);
    if (known === undefined) bySubject.set(row.subject, [row]);
    else known.push(row);
  }
  return bySubject;
};
