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
  const rows = await store.query<HistoryRow & { kept: number }>(
    sqlOf(query.subjects, query.before),
    { topicId: query.topicId },
    { max_query_size: '268435456', max_ast_elements: '1000000' }, // thousands of subjects are spelled out
  );
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

const sqlOf = (subjects: readonly string[], before: ReadonlyMap<number, number>): string => {
  // spelled out rather than bound: the server refuses a bound parameter of more than 128 KiB
  const wanted = subjects.map(literal).join(',');
  const bounds = [...before].map(
    ([partition, offset]) => `(partition = ${Number(partition)} AND offset < ${Number(offset)})`,
  );
  return `
    SELECT subject, partition, offset, toUnixTimestamp64Milli(event_time) AS event_time, event_type, user_id, session_id,
      item_id, query, properties, kept
    FROM (
      SELECT *, count() OVER (PARTITION BY subject) AS kept,
        row_number() OVER (PARTITION BY subject ORDER BY partition, offset) - 1 AS number
      FROM subject_events
      WHERE topic_id = {topicId:UUID} AND subject IN (${wanted}) AND (${bounds.join(' OR ')})
    )
    WHERE number >= ${FOLD_STEP} * intDiv(greatest(toInt64(kept) - ${FOLD_STEP}, 0), ${FOLD_STEP})
    ORDER BY subject, number`;
};

/** A SQL string literal. */
const literal = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;
