import { type EventType, MAX_FOLDED } from '@nextcart/contracts';
import type { Store } from './store.ts';
import { type HistoryRow, listOf, longQuery } from './subject-events.ts';

/** A subject whose folds at several triggers are wanted: rows up to `last`, and at `first` as many as a fold can need. */
export interface TriggeredSubject {
  readonly subject: string;
  readonly first: number;
  readonly last: number;
}

export interface NumberedRow extends HistoryRow {
  /** Kept events of the subject in its partition up to this one, itself too. */
  readonly number: number;
}

const offsetsOf = (subjects: readonly TriggeredSubject[], of: 'first' | 'last'): string =>
  `transform(subject, [${listOf(subjects.map(({ subject }) => subject))}],
    [${subjects.map((one) => `toInt64(${Number(one[of])})`).join(',')}], toInt64(-1))`;

/** By subject, in the order of the log: what its folds at any offset in [first, last] are made of. Each subject once. */
export const readTriggerHistories = async (
  store: Store,
  topicId: string,
  partition: number,
  subjects: readonly TriggeredSubject[],
): Promise<Map<string, NumberedRow[]>> => {
  const histories = new Map<string, NumberedRow[]>();
  if (subjects.length === 0) return histories;
  const rows = await store.query<NumberedRow>(
    `
    SELECT subject, partition, offset, toUnixTimestamp64Milli(event_time) AS event_time, event_type, user_id, session_id,
      item_id, query, history, number
    FROM (
      SELECT *, row_number() OVER (PARTITION BY subject ORDER BY offset) AS number,
        countIf(offset <= first) OVER (PARTITION BY subject) AS before
      FROM (
        SELECT *, ${offsetsOf(subjects, 'first')} AS first FROM subject_events
        WHERE topic_id = {topicId:UUID} AND partition = {partition:UInt16}
          AND subject IN (${listOf(subjects.map(({ subject }) => subject))}) AND offset <= ${offsetsOf(subjects, 'last')}
      )
    )
    WHERE number + ${MAX_FOLDED} > before
    ORDER BY subject, offset`,
    { topicId, partition },
    longQuery,
  );
  for (const row of rows) {
    const known = histories.get(row.subject);
    if (known === undefined) histories.set(row.subject, [row]);
    else known.push(row);
  }
  return histories;
};

/** What a subject did with an item. */
export interface ItemDeed {
  readonly subject: string;
  readonly offset: number;
  readonly itemId: string;
}

/** Deeds of one subject that are looked at in one call. */
const MOST_DEEDS = 2000;

/** Deeds of these types above `first` of each subject and up to an offset, by subject in the order of the log. */
export const readDeedsAfter = (
  store: Store,
  topicId: string,
  partition: number,
  query: {
    readonly subjects: readonly TriggeredSubject[];
    readonly types: readonly EventType[];
    readonly upTo: number;
  },
): Promise<ItemDeed[]> =>
  store.query<ItemDeed>(
    `SELECT subject, offset, item_id AS itemId FROM subject_events
     WHERE topic_id = {topicId:UUID} AND partition = {partition:UInt16}
       AND subject IN (${listOf(query.subjects.map(({ subject }) => subject))})
       AND event_type IN ({types:Array(String)}) AND item_id != ''
       AND offset > ${offsetsOf(query.subjects, 'first')} AND offset <= {upTo:Int64}
     ORDER BY subject, offset LIMIT ${MOST_DEEDS} BY subject`,
    { topicId, partition, types: query.types, upTo: query.upTo },
    longQuery,
  );
