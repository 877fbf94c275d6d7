/**
 * Invariants
 * - The watermark of a source's partition is the largest event time of its kept rows; it advances with the clock where
 *   the partition is idle, so that windows of quiet items shrink, and never where rows wait unread.
 * - The watermark of the shop is that of its most advanced source (an import of the past doesn't hold the present
 *   back). A source is as far as the slowest of its partitions that are not idle: one whose subjects are quiet, with
 *   nothing unread, must not hold a fast import back to the speed of the clock. Where all are idle, as the furthest.
 */
import { type Positions, partitionKey } from './positions.ts';
import type { Store } from './store.ts';

export interface PartitionProgress {
  readonly source: string;
  readonly topicId: string;
  readonly partition: number;
  /** Largest event time of kept rows, epoch ms. */
  readonly maxEventTime: number;
  /** When ingest had the newest of the source's rows, epoch ms of the wall clock. */
  readonly lastReceivedAt: number;
  /** Largest offset of the source's rows of any outcome. */
  readonly lastOffset: number;
}

const progressKey = ({ source, topicId, partition }: PartitionProgress): string =>
  `${partitionKey(topicId, partition)}:${source}`;

/** Progress of the rows above `after` (all rows where it is empty), by source and partition. */
export const readProgress = async (store: Store, after: Positions = {}): Promise<PartitionProgress[]> => {
  const known = Object.entries(after).map(([key, offset]) => {
    const [topicId, partition] = key.split(':');
    return { topicId, partition: Number(partition), offset };
  });
  // constants, one range a partition, so that the primary key leaves out all that was read before
  const seen = known.map(
    (p) => `NOT (topic_id = '${p.topicId}' AND partition = ${p.partition} AND offset <= ${p.offset})`,
  );
  const rows = await store.query<PartitionProgress & { kept: number }>(
    `SELECT source, toString(topic_id) AS topicId, partition,
       countIf(outcome IN ('accepted', 'late')) AS kept,
       toUnixTimestamp64Milli(maxIf(event_time, outcome IN ('accepted', 'late'))) AS maxEventTime,
       toUnixTimestamp64Milli(max(received_at)) AS lastReceivedAt, max(offset) AS lastOffset
     FROM events ${seen.length === 0 ? '' : `WHERE ${seen.join(' AND ')}`}
     GROUP BY source, topic_id, partition ORDER BY source, topicId, partition`,
  );
  return rows.map(({ kept, ...row }) => ({
    ...row,
    maxEventTime: kept === 0 ? Number.NEGATIVE_INFINITY : row.maxEventTime,
  }));
};

/** What was known and what came since, as one. */
export const mergeProgress = (
  before: readonly PartitionProgress[],
  since: readonly PartitionProgress[],
): PartitionProgress[] => {
  const merged = new Map(before.map((row) => [progressKey(row), row]));
  for (const row of since) {
    const old = merged.get(progressKey(row));
    merged.set(progressKey(row), {
      ...row,
      maxEventTime: Math.max(row.maxEventTime, old?.maxEventTime ?? Number.NEGATIVE_INFINITY),
      lastReceivedAt: Math.max(row.lastReceivedAt, old?.lastReceivedAt ?? 0),
      lastOffset: Math.max(row.lastOffset, old?.lastOffset ?? -1),
    });
  }
  return [...merged.values()];
};

/** The last offset of each partition, whatever its source. */
export const positionsOf = (progress: readonly PartitionProgress[]): Positions => {
  const positions: Record<string, number> = {};
  for (const { topicId, partition, lastOffset } of progress) {
    const key = partitionKey(topicId, partition);
    positions[key] = Math.max(positions[key] ?? -1, lastOffset);
  }
  return positions;
};

export interface WatermarkOptions {
  /** Epoch ms of the wall clock. */
  readonly now: number;
  /** A partition is idle after this long without a row. */
  readonly idleAfterMs: number;
  /** Partitions (`topicId:partition`) whose log holds rows that the store does not: they are not idle but behind. */
  readonly behind?: ReadonlySet<string>;
}

/** How long a source's partition has been idle, in ms: 0 while rows come or wait. */
const idleMsOf = (row: PartitionProgress, { now, idleAfterMs, behind }: WatermarkOptions): number => {
  const waiting = behind?.has(partitionKey(row.topicId, row.partition)) ?? false;
  return waiting ? 0 : Math.max(0, now - row.lastReceivedAt - idleAfterMs);
};

/** Watermark of one source's partition, epoch ms of event time. */
export const watermarkOf = (row: PartitionProgress, options: WatermarkOptions): number =>
  row.maxEventTime + idleMsOf(row, options);

const sourceWatermark = (rows: readonly PartitionProgress[], options: WatermarkOptions): number => {
  const active = rows.filter((row) => idleMsOf(row, options) === 0);
  return active.length > 0
    ? Math.min(...active.map((row) => watermarkOf(row, options)))
    : Math.max(...rows.map((row) => watermarkOf(row, options)));
};

/** Watermark of the shop, or null before the first kept row. */
export const shopWatermark = (progress: readonly PartitionProgress[], options: WatermarkOptions): number | null => {
  const kept = progress.filter((row) => row.maxEventTime !== Number.NEGATIVE_INFINITY);
  const bySource = Map.groupBy(kept, (row) => row.source);
  const watermarks = [...bySource.values()].map((rows) => sourceWatermark(rows, options));
  return watermarks.length === 0 ? null : Math.trunc(Math.max(...watermarks));
};
