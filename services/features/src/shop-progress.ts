/**
 * How far the shop is: what the store holds, what the broker holds, and the watermark.
 * Invariants
 * - The store is read on from where it was read last, never anew.
 * - The watermark never goes back.
 * - A broker that does not answer leaves every partition behind: what is unread is unknown, so no clock may move it.
 */
import {
  type LogProgress,
  mergeProgress,
  type PartitionProgress,
  type Positions,
  partitionKey,
  positionsOf,
  readProgress,
  type Store,
  shopWatermark,
} from '@nextcart/clickhouse';
import type { Admin } from '@nextcart/kafka';
import type { Clock } from '@nextcart/runtime';
import { askPatiently } from './ask-patiently.ts';

/** One partition of the events' log: the broker's count beside the store's. */
export type PartitionSight = Omit<LogProgress, 'topic' | 'scorer'>;

export interface ShopSight {
  readonly positions: Positions;
  /** Sum of the positions: grows with every row. */
  readonly rows: number;
  /** Epoch ms of event time; null before the first kept row. */
  readonly watermark: number | null;
  /** One a partition of the topic; null where the broker did not answer. */
  readonly partitions: readonly PartitionSight[] | null;
  /** Why the broker did not answer, or null. */
  readonly brokerTrouble: string | null;
}

export interface ShopProgress {
  look(): Promise<ShopSight>;
}

interface LogEnds {
  readonly topicId: string;
  readonly offsets: readonly { readonly partition: number; readonly start: number; readonly end: number }[];
}

/** `topic` is the events'. */
export const createShopProgress = (deps: {
  readonly store: Store;
  readonly admin: Pick<Admin, 'topic' | 'offsets'>;
  readonly clock: Clock;
  readonly idleAfterMs: number;
  readonly topic: string;
}): ShopProgress => {
  const { store, admin, clock, idleAfterMs, topic } = deps;
  const logEnds = askPatiently(clock, async (): Promise<LogEnds> => {
    const { topicId } = await admin.topic(topic);
    return { topicId, offsets: await admin.offsets(topic) };
  });
  let progress: PartitionProgress[] = [];
  let watermark = Number.NEGATIVE_INFINITY;

  const compare = (ends: LogEnds, positions: Positions): PartitionSight[] =>
    ends.offsets.map(({ partition, start, end }) => {
      const own = progress.filter((row) => row.topicId === ends.topicId && row.partition === partition);
      const eventTime = Math.max(...own.map((row) => row.maxEventTime));
      return {
        ...{ topicId: ends.topicId, partition, start, end },
        next: (positions[partitionKey(ends.topicId, partition)] ?? -1) + 1,
        eventTime: Number.isFinite(eventTime) ? eventTime : null,
      };
    });

  return {
    look: async () => {
      // the broker first: rows that come between the two looks can make a partition seem up to date, never behind
      const ends = await logEnds();
      progress = mergeProgress(progress, await readProgress(store, positionsOf(progress)));
      const positions = positionsOf(progress);
      const partitions = typeof ends === 'string' ? null : compare(ends, positions);
      const behind = new Set(
        partitions === null
          ? Object.keys(positions)
          : partitions
              .filter((p) => p.end > Math.max(p.next, p.start))
              .map((p) => partitionKey(p.topicId, p.partition)),
      );
      watermark = Math.max(
        watermark,
        shopWatermark(progress, { now: clock.now(), idleAfterMs, behind }) ?? Number.NEGATIVE_INFINITY,
      );
      return {
        positions,
        rows: Object.values(positions).reduce((sum, offset) => sum + offset + 1, 0),
        watermark: Number.isFinite(watermark) ? watermark : null,
        partitions,
        brokerTrouble: typeof ends === 'string' ? ends : null,
      };
    },
  };
};
