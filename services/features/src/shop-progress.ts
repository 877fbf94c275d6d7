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
import { topics } from '@nextcart/contracts';
import type { Admin } from '@nextcart/kafka';
import type { Clock } from '@nextcart/runtime';

export interface ShopSight {
  readonly positions: Positions;
  /** Sum of the positions: grows with every row. */
  readonly rows: number;
  /** Epoch ms of event time; null before the first kept row. */
  readonly watermark: number | null;
  /** One a partition of the topic; null where the broker did not answer. */
  readonly partitions: readonly LogProgress[] | null;
  /** Why the broker did not answer, or null. */
  readonly brokerTrouble: string | null;
}

export interface ShopProgress {
  look(): Promise<ShopSight>;
}

/** The client repeats a request for ever, so the patience is ours. */
const BROKER_PATIENCE_MS = 5000;

interface LogEnds {
  readonly topicId: string;
  readonly offsets: readonly { readonly partition: number; readonly start: number; readonly end: number }[];
}

/** The broker's offsets, or the reason why not; a request that hangs is waited for by the next call, not repeated. */
const createLogEnds = (admin: Pick<Admin, 'topic' | 'offsets'>, clock: Clock, topic: string) => {
  let pending: Promise<LogEnds> | undefined;
  const ask = async (): Promise<LogEnds> => {
    const { topicId } = await admin.topic(topic);
    return { topicId, offsets: await admin.offsets(topic) };
  };
  return async (): Promise<LogEnds | string> => {
    pending ??= ask().finally(() => {
      pending = undefined;
    });
    const patience = new AbortController();
    const late = clock.sleep(BROKER_PATIENCE_MS, patience.signal).then(
      () => `the broker has not answered for ${BROKER_PATIENCE_MS} ms`,
      () => 'settled',
    );
    const answer = pending.catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    try {
      return await Promise.race([answer, late]);
    } finally {
      patience.abort();
    }
  };
};

/** `topic` is the events' topic; a test has one of its own. */
export const createShopProgress = (deps: {
  readonly store: Store;
  readonly admin: Pick<Admin, 'topic' | 'offsets'>;
  readonly clock: Clock;
  readonly idleAfterMs: number;
  readonly topic?: string;
}): ShopProgress => {
  const { store, clock, idleAfterMs } = deps;
  const logEnds = createLogEnds(deps.admin, clock, deps.topic ?? topics.events.name);
  let progress: PartitionProgress[] = [];
  let watermark = Number.NEGATIVE_INFINITY;

  const compare = (ends: LogEnds, positions: Positions): LogProgress[] =>
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
