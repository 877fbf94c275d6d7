import type { Outcome, ReasonCode } from '@nextcart/contracts';
import type { RecordTable } from './record-ranges.ts';
import type { Store } from './store.ts';

export interface LedgerRow {
  readonly partition: number;
  readonly outcome: Outcome;
  /** Empty unless quarantined. */
  readonly reason: ReasonCode | '';
  readonly rows: number;
  /** Rows less distinct positions: above zero a record is in the table twice. */
  readonly doubled: number;
}

/** Ends of the log by partition, exclusive: rows at or above them came after the question and are left out. */
export type LedgerEnds = ReadonlyMap<number, number>;

const limits = (ends: ReadonlyMap<number, number>) => ({ partitions: [...ends.keys()], offsets: [...ends.values()] });
const below = (name: string): string =>
  `offset < transform(partition, {partitions:Array(UInt16)}, {${name}:Array(UInt64)}, toUInt64(0))`;

/** What became of a topic's records, to be compared with the broker's own count (law 1). All rows where no ends are given. */
export const readLedger = (
  store: Store,
  options: { readonly table: RecordTable; readonly topicId: string; readonly ends?: LedgerEnds },
): Promise<LedgerRow[]> =>
  store.query<LedgerRow>(
    `SELECT partition, outcome, reason, count() AS rows, rows - uniqExact(offset) AS doubled
     FROM ${options.table} WHERE topic_id = {topicId:UUID} ${options.ends === undefined ? '' : `AND ${below('offsets')}`}
     GROUP BY partition, outcome, reason ORDER BY partition, outcome, reason`,
    { topicId: options.topicId, ...(options.ends === undefined ? {} : limits(options.ends)) },
  );

export interface LedgerCount {
  readonly partition: number;
  /** Records of the log's range that have a row. */
  readonly records: number;
  /** Rows of records that the log no longer holds: retention has removed them. */
  readonly removed: number;
  /** Rows less distinct positions, whatever their outcomes: a record may be in twice as accepted and as duplicate. */
  readonly doubled: number;
  /** Newest offset + 1. */
  readonly next: number;
}

/** Rows counted by position. `starts` and `ends` are the log's, by partition. A partition without rows is absent. */
export const readLedgerCounts = (
  store: Store,
  options: {
    readonly table: RecordTable;
    readonly topicId: string;
    readonly starts: ReadonlyMap<number, number>;
    readonly ends: LedgerEnds;
  },
): Promise<LedgerCount[]> =>
  store.query<LedgerCount>(
    `SELECT partition, uniqExactIf(offset, NOT (${below('starts')})) AS records, uniqExactIf(offset, ${below('starts')}) AS removed,
       count() - records - removed AS doubled, max(offset) + 1 AS next
     FROM ${options.table} WHERE topic_id = {topicId:UUID} AND ${below('offsets')}
     GROUP BY partition ORDER BY partition`,
    {
      topicId: options.topicId,
      ...limits(options.ends),
      starts: [...options.ends.keys()].map((partition) => options.starts.get(partition) ?? 0),
    },
  );

/** Ranges of offsets of `first..last` without a row, ascending, at most `limit`. Reads that range of the table. */
export const readGaps = (
  store: Store,
  options: {
    readonly table: RecordTable;
    readonly topicId: string;
    readonly partition: number;
    readonly first: number;
    readonly last: number;
    readonly limit: number;
  },
): Promise<{ readonly first: number; readonly last: number }[]> =>
  store.query<{ first: number; last: number }>(
    `SELECT toInt64(before + 1) AS first, toInt64(at - 1) AS last FROM (
       SELECT at, lagInFrame(at, 1, {first:Int64} - 1) OVER (ORDER BY at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS before
       FROM (
         SELECT toInt64(offset) AS at FROM ${options.table}
         WHERE topic_id = {topicId:UUID} AND partition = {partition:UInt16} AND offset BETWEEN {first:Int64} AND {last:Int64}
         UNION ALL SELECT {last:Int64} + 1
       )
     ) WHERE at > before + 1 ORDER BY first LIMIT {limit:UInt32}`,
    { ...options },
  );
