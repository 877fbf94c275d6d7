import { type EventType, MAX_FOLDED } from '@nextcart/contracts';
import type { Store } from './store.ts';

/** Table `subject_events`: sql/002_subject_events.sql, without impressions since sql/170. What a cold subject is folded from (law 5): packages/events' RebuildRow. */
export interface HistoryRow {
  readonly subject: string;
  readonly partition: number;
  readonly offset: number;
  /** Epoch ms. */
  readonly event_time: number;
  readonly event_type: EventType;
  /** Texts are empty where the event has none. */
  readonly user_id: string;
  readonly session_id: string;
  readonly item_id: string;
  readonly query: string;
  /** Of history records. */
  readonly history: string;
}

export interface StoredHistory {
  /** Kept events below the bound, all of them but impressions. */
  readonly count: number;
  /** The newest, as many as a fold can need, in the order of the log. */
  readonly rows: HistoryRow[];
}

/** Subjects of one partition that share a bound: the first offset that is not wanted. */
export interface HistoryGroup {
  readonly partition: number;
  readonly before: number;
  readonly subjects: readonly string[];
}

/**
 * Subjects of several partitions in one query, which costs little more than one subject's: what a subject did in another
 * partition is not counted. Answers a map for each group, in their order; a subject may be in one group of a partition.
 * A subject without kept events is absent.
 */
export const readPartitionHistories = async (
  store: Store,
  topicId: string,
  groups: readonly HistoryGroup[],
): Promise<Map<string, StoredHistory>[]> => {
  const histories = groups.map(() => new Map<string, { count: number; rows: HistoryRow[] }>());
  const pairs = groups.flatMap(({ partition, subjects }) =>
    subjects.map((subject) => `(${Number(partition)},${literal(subject)})`),
  );
  if (pairs.length === 0) return histories;
  const groupOf = new Map<string, number>();
  for (const [at, group] of groups.entries())
    for (const subject of group.subjects) groupOf.set(`${group.partition} ${subject}`, at);
  const wanted = groups
    .filter(({ subjects }) => subjects.length > 0)
    .map(
      ({ partition, before, subjects }) =>
        `(partition = ${Number(partition)} AND offset < ${Number(before)} AND subject IN (${listOf(subjects)}))`,
    );
  // one subject is the usual case, and half a millisecond cheaper where nothing is said of others
  const each = pairs.length === 1 ? '' : 'subject, partition';
  const rows = await store.query<HistoryRow & { kept: number }>(
    // the pairs again and first, because the primary key is read by them
    `
    SELECT subject, partition, offset, toUnixTimestamp64Milli(event_time) AS event_time, event_type, user_id, session_id,
      item_id, query, history, count() OVER (${each && `PARTITION BY ${each}`}) AS kept
    FROM subject_events
    WHERE topic_id = {topicId:UUID} AND (partition, subject) IN (${pairs.join(',')})
      AND (${wanted.join(' OR ')})
    ORDER BY ${each && `${each}, `}offset DESC
    LIMIT ${MAX_FOLDED} ${each && `BY ${each}`}`,
    { topicId },
    {
      max_threads: 1, // a few milliseconds of work: more threads only cost
      optimize_move_to_prewhere: 0, // the key has left nothing to filter: a second look at each range only costs
      ...longQuery,
    },
  );
  for (const { kept, ...row } of rows) {
    const map = histories[groupOf.get(`${row.partition} ${row.subject}`) as number] as (typeof histories)[number];
    let history = map.get(row.subject);
    if (history === undefined) {
      history = { count: kept, rows: [] };
      map.set(row.subject, history);
    }
    history.rows.push(row);
  }
  for (const map of histories) for (const { rows: newestFirst } of map.values()) newestFirst.reverse();
  return histories;
};

/** For thousands of subjects that are spelled out. */
export const longQuery = { max_query_size: '268435456', max_ast_elements: '1000000' } as const;

export const listOf = (subjects: readonly string[]): string => subjects.map(literal).join(',');

/** A SQL string literal. */
const literal = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;
