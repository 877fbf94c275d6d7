import type { Store } from './store.ts';

/** Table `log_progress`: sql/130_log_progress.sql. One look at one partition of the events' log. */
export interface LogProgress {
  readonly topicId: string;
  readonly partition: number;
  /** The broker's first offset and the next to be written. */
  readonly start: number;
  readonly end: number;
  /** The next offset that the store lacks. */
  readonly next: number;
  /** Largest event time of the partition's kept rows, epoch ms; null where it has none. */
  readonly eventTime: number | null;
}

const seconds = (ms: number | null): string | null => (ms === null ? null : (ms / 1000).toFixed(3));

/** `now`: wall clock; `watermark`: the shop's, null before the first event; both epoch ms. */
export const insertLogProgress = (
  store: Store,
  look: { readonly now: number; readonly watermark: number | null; readonly partitions: readonly LogProgress[] },
): Promise<void> =>
  store.insertRows(
    'log_progress',
    look.partitions.map(({ topicId, partition, start, end, next, eventTime }) => ({
      at: seconds(look.now),
      topic_id: topicId,
      partition,
      start_offset: start,
      end_offset: end,
      next_offset: next,
      event_time: seconds(eventTime),
      watermark: seconds(look.watermark),
    })),
  );
