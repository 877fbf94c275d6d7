import { type EventType, FOLD_STEP } from '@nextcart/contracts';
import type { Store } from './store.ts';

/** Table `subject_events`: sql/002_subject_events.sql. What a cold subject is folded from (law 5): packages/events' RebuildRow. */
export interface HistoryRow {
  readonly subject: string;
  readonly partition: number;
  readonly offset: number;
  /** Epoch ms. */
  readonly event_time: number;
  readonly event_type: EventType;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly item_id: string | null;
  readonly query: string | null;
  /** Of history records; empty elsewhere. */
  readonly properties: Readonly<Record<string, string>>;
}

export interface StoredHistory {
  /** Kept events below the bounds, all of them. */
  readonly count: number;
  /** From number `foldStart(count)` on, in the order of the log. */
  readonly rows: HistoryRow[];
}

/** `before`: by partition, the first offset that is not wanted; a partition without a bound is not read. */
export interface HistoryQuery {
  readonly topicId: string;
  readonly subjects: readonly string[];
  readonly before: ReadonlyMap<number, number>;
}

/**
 * Many subjects in one query, which costs hardly more than one subject's. A subject without kept events is absent.
 * The fold's start is contracts' `foldStart`, said in SQL; a test holds the two together.
 */
export const readHistories = async (store: Store, query: HistoryQuery): Promise<Map<string, StoredHistory>> => {
  const histories = new Map<string, { count: number; rows: HistoryRow[] }>();
  if (query.subjects.length === 0 || query.before.size === 0) return histories;
  const bounds = [...query.before].map(
    ([partition, offset]) => `(partition = ${Number(partition)} AND offset < ${Number(offset)})`,
  );
  const where = `subject IN (${listOf(query.subjects)}) AND (${bounds.join(' OR ')})`;
  const rows = await queryRows(store, query.topicId, where, 'subject');
  for (const { kept, ...row } of rows) {
    let history = histories.get(row.subject);
    if (history === undefined) {
      history = { count: kept, rows: [] };
      histories.set(row.subject, history);
    }
    history.rows.push(row);
  }
  return histories;
};

/** Subjects of one partition that share a bound: the first offset that is not wanted. */
export interface HistoryGroup {
  readonly partition: number;
  readonly before: number;
  readonly subjects: readonly string[];
}

/**
 * The same for subjects of their own partitions, in one query: what a subject did in another partition is not counted.
 * Answers a map for each group, in their order; a subject may be in one group of a partition.
 */
export const readPartitionHistories = async (
  store: Store,
  topicId: string,
  groups: readonly HistoryGroup[],
): Promise<Map<string, StoredHistory>[]> => {
  const histories = groups.map(() => new Map<string, { count: number; rows: HistoryRow[] }>());
  const all = groups.flatMap(({ subjects }) => subjects);
  if (all.length === 0) return histories;
  const groupOf = new Map<string, number>();
  for (const [at, group] of groups.entries())
    for (const subject of group.subjects) groupOf.set(`${group.partition} ${subject}`, at);
  const wanted = groups
    .filter(({ subjects }) => subjects.length > 0)
    .map(
      ({ partition, before, subjects }) =>
        `(partition = ${Number(partition)} AND offset < ${Number(before)} AND subject IN (${listOf(subjects)}))`,
    );
  // the whole list again, because the primary key is read by it
  const where = `subject IN (${listOf(all)}) AND (${wanted.join(' OR ')})`;
  for (const { kept, ...row } of await queryRows(store, topicId, where, 'subject, partition')) {
    const map = histories[groupOf.get(`${row.partition} ${row.subject}`) as number] as (typeof histories)[number];
    let history = map.get(row.subject);
    if (history === undefined) {
      history = { count: kept, rows: [] };
      map.set(row.subject, history);
    }
    history.rows.push(row);
  }
  return histories;
};

/** Rows from the fold's start on, with the count of all, of each `by`, in the order of the log. */
const queryRows = (store: Store, topicId: string, where: string, by: 'subject' | 'subject, partition') =>
  store.query<HistoryRow & { kept: number }>(
    `
    SELECT subject, partition, offset, toUnixTimestamp64Milli(event_time) AS event_time, event_type, user_id, session_id,
      item_id, query, properties, kept
    FROM (
      SELECT *, count() OVER (PARTITION BY ${by}) AS kept,
        row_number() OVER (PARTITION BY ${by} ORDER BY partition, offset) - 1 AS number
      FROM subject_events
      WHERE topic_id = {topicId:UUID} AND ${where}
    )
    WHERE number >= ${FOLD_STEP} * intDiv(greatest(toInt64(kept) - ${FOLD_STEP}, 0), ${FOLD_STEP})
    ORDER BY subject, partition, number`,
    { topicId },
    { max_query_size: '268435456', max_ast_elements: '1000000' }, // thousands of subjects are spelled out
  );

const listOf = (subjects: readonly string[]): string => subjects.map(literal).join(',');

/** A SQL string literal. */
const literal = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;
