import { landingSchema, tables } from '@nextcart/contracts';
import type { RecordInsertOptions, Store } from './store.ts';

/** Table `events`: sql/001_events.sql. A range is one partition's positions, first and last included. */
export interface PositionRange {
  readonly topicId: string;
  readonly partition: number;
  readonly first: number;
  readonly last: number;
}

const IN_RANGE =
  'topic_id = {topicId:UUID} AND partition = {partition:UInt16} AND offset BETWEEN {first:UInt64} AND {last:UInt64}';

let schema: string | undefined;

/** Inserts encoded rows (contracts' landing schema) as one block under the token. */
export const insertEvents = (
  store: Store,
  rows: number,
  parts: readonly Uint8Array[],
  options: RecordInsertOptions,
): Promise<void> =>
  store.insertAvro(options.into ?? tables.events, { schema: (schema ??= landingSchema()), rows, parts }, options);

/** A kept row's time and an accepted row's id: what the cleaner remembers of it. */
export interface AcceptedRow {
  readonly offset: number;
  /** UUID, hyphenated. */
  readonly eventId: string;
}

/** Accepted and late rows' ids of a range of positions, oldest first. */
export const readEventIds = (store: Store, range: PositionRange): Promise<AcceptedRow[]> =>
  store.query<AcceptedRow>(
    `SELECT offset, event_id AS eventId FROM events
     WHERE ${IN_RANGE} AND outcome IN ('accepted', 'late') ORDER BY topic_id, partition, offset`,
    { ...range },
  );

/** Newest event time of kept rows by source, epoch ms, over a range of positions. */
export const readSourceTimes = async (store: Store, range: PositionRange): Promise<Map<string, number>> => {
  const rows = await store.query<{ source: string; newest: number }>(
    `SELECT source, toUnixTimestamp64Milli(max(event_time)) AS newest FROM events
     WHERE ${IN_RANGE} AND outcome IN ('accepted', 'late') GROUP BY source`,
    { ...range },
  );
  return new Map(rows.map((row) => [row.source, row.newest]));
};

export interface PartitionPosition {
  readonly partition: number;
  readonly rows: number;
  /** Newest offset + 1. */
  readonly next: number;
}

/** How far a table of records has come, by partition; a partition without rows is absent. */
export const readPositions = (
  store: Store,
  table: 'events' | 'catalog' | 'lists',
  topicId: string,
): Promise<PartitionPosition[]> =>
  store.query<PartitionPosition>(
    `SELECT partition, count() AS rows, max(offset) + 1 AS next FROM ${table}
     WHERE topic_id = {topicId:UUID} GROUP BY partition ORDER BY partition`,
    { topicId },
  );
