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

const COLUMNS = `subject, partition, offset, toUnixTimestamp64Milli(event_time) AS event_time, event_type, user_id, session_id,
  item_id, query, history`;

/** For thousands of subjects that are spelled out. */
export const longQuery = { max_query_size: '268435456', max_ast_elements: '1000000' } as const;

/** For a few milliseconds of work: more threads only cost. */
const pointRead = {
  max_threads: 1,
  output_format_parallel_formatting: 0,
  optimize_move_to_prewhere: 0, // the key has left nothing to filter: a second look at each range only costs
  ...longQuery,
} as const;

/** So few subjects are asked for plainly, as long as they have no more rows than these: for each of them, and in all. */
const PLAIN_SUBJECTS = 64;
const PLAIN_ROWS_EACH = 256;
const PLAIN_ROWS = 2048;

const pairsOf = (groups: readonly HistoryGroup[]): string =>
  groups
    .flatMap(({ partition, subjects }) => subjects.map((subject) => `(${Number(partition)},${literal(subject)})`))
    .join(',');

/** By the primary key alone. */
const fromPairs = (topicId: string, groups: readonly HistoryGroup[]): string =>
  `FROM subject_events WHERE topic_id = ${literal(topicId)} AND (partition, subject) IN (${pairsOf(groups)})`;

/** All rows, those beyond the bounds as well, in the order of the log; undefined where they are `most` or more. */
const readPlain = async (
  store: Store,
  topicId: string,
  groups: readonly HistoryGroup[],
  most: number,
): Promise<HistoryRow[] | undefined> => {
  const rows = await store.ask<HistoryRow>(`SELECT ${COLUMNS} ${fromPairs(topicId, groups)} LIMIT ${most}`, pointRead);
  return rows.length < most ? rows.sort((a, b) => a.offset - b.offset) : undefined;
};

/** The newest rows of each subject, oldest first, with the count of all. */
const readCounted = async (
  store: Store,
  topicId: string,
  groups: readonly HistoryGroup[],
): Promise<(HistoryRow & { kept: number })[]> => {
  const bounds = groups.map(
    ({ partition, before, subjects }) =>
      `(partition = ${Number(partition)} AND offset < ${Number(before)} AND subject IN (${listOf(subjects)}))`,
  );
  const rows = await store.query<HistoryRow & { kept: number }>(
    `
    SELECT ${COLUMNS}, count() OVER (PARTITION BY subject, partition) AS kept
    ${fromPairs(topicId, groups)} AND (${bounds.join(' OR ')})
    ORDER BY subject, partition, offset DESC LIMIT ${MAX_FOLDED} BY subject, partition`,
    {},
    pointRead,
  );
  return rows.reverse();
};

/**
 * Subjects of several partitions in one query, which costs little more than one subject's: what a subject did in another
 * partition is not counted. Answers a map for each group, in their order; a subject may be in one group of a partition.
 * A subject without kept events is absent.
 *
 * Few subjects with few rows, the usual case of cold ones, are spared bounds, order, window and count by the store: a
 * third of what the query costs (docs/decisions/0011-cold-reads.md).
 */
export const readPartitionHistories = async (
  store: Store,
  topicId: string,
  groups: readonly HistoryGroup[],
): Promise<Map<string, StoredHistory>[]> => {
  const histories = groups.map(() => new Map<string, { count: number; rows: HistoryRow[] }>());
  const groupOf = new Map<string, number>();
  for (const [at, { partition, subjects }] of groups.entries())
    for (const subject of subjects) groupOf.set(`${partition} ${subject}`, at);
  if (groupOf.size === 0) return histories;
  const add = (row: HistoryRow, kept?: number) => {
    const at = groupOf.get(`${row.partition} ${row.subject}`) as number;
    const map = histories[at] as (typeof histories)[number];
    if (row.offset >= (groups[at] as HistoryGroup).before) return;
    let history = map.get(row.subject);
    if (history === undefined) {
      history = { count: 0, rows: [] };
      map.set(row.subject, history);
    }
    history.count = kept ?? history.count + 1;
    history.rows.push(row);
  };
  const asked = groups.filter(({ subjects }) => subjects.length > 0);
  const most = Math.min(PLAIN_ROWS, PLAIN_ROWS_EACH * groupOf.size);
  const plain = groupOf.size <= PLAIN_SUBJECTS ? await readPlain(store, topicId, asked, most) : undefined;
  if (plain === undefined) for (const { kept, ...row } of await readCounted(store, topicId, asked)) add(row, kept);
  else {
    for (const row of plain) add(row);
    for (const map of histories) for (const history of map.values()) history.rows = history.rows.slice(-MAX_FOLDED);
  }
  return histories;
};

export const listOf = (subjects: readonly string[]): string => subjects.map(literal).join(',');

/** A SQL string literal. */
const literal = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;
