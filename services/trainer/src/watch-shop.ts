/**
 * Plans cycles by the shop's own clock, so that a replay at many times its speed is learned from at that pace. Invariant:
 * what was planned is remembered with the jobs, so that any trainer, begun anew, plans the same.
 */
import {
  mergeProgress,
  type PartitionProgress,
  positionsOf,
  readProgress,
  type Store,
  shopWatermark,
} from '@nextcart/clickhouse';
import type { PlanPayload, TrainingMode } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import type { CycleNote } from './cycle-notes.ts';
import type { TrainingQueue } from './queue.ts';

export interface ShopSight {
  /** Sum of the topic's positions that the store has. */
  readonly positions: number;
  /** Epoch ms; null before the first kept row. */
  readonly shopTime: number | null;
}

export interface Pace {
  readonly warmEveryMs: number;
  readonly fullEveryMs: number;
  /** Positions at which the first cycle begins. */
  readonly firstEvents: number;
  /** New positions that any later one wants. */
  readonly minEvents: number;
}

/** What is due; null: nothing. `last`: of each mode, of this log. */
export const dueMode = (
  { positions, shopTime }: ShopSight,
  last: Readonly<Record<TrainingMode, CycleNote | null>>,
  { warmEveryMs, fullEveryMs, firstEvents, minEvents }: Pace,
): TrainingMode | null => {
  const planned = [last.full, last.warm].filter((note) => note !== null);
  if (planned.length === 0) return positions >= firstEvents ? 'full' : null;
  if (positions - Math.max(...planned.map((note) => note.positions)) < minEvents) return null;
  const hasPassed = (ms: number, notes: readonly CycleNote[]) =>
    ms > 0 && shopTime !== null && notes.every((note) => note.shopTime === null || note.shopTime + ms <= shopTime);
  if (hasPassed(fullEveryMs, last.full ? [last.full] : planned)) return 'full';
  return hasPassed(warmEveryMs, planned) ? 'warm' : null;
};

export interface ShopWatch {
  start(): void;
  /** The shop's clock as it is now, epoch ms; null before its first kept row. */
  shopTime(): Promise<number | null>;
  close(): Promise<void>;
}

/** A partition without rows for so long holds the clock of the others back no more. */
const IDLE_MS = 60_000;

export const watchShop = (deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly topicId: () => Promise<string>;
  readonly queue: Pick<TrainingQueue, 'notes' | 'isPending' | 'plan'>;
  readonly pace: Pace;
  /** 0: never looks. */
  readonly everyMs: number;
  readonly plan: Omit<PlanPayload, 'mode'>;
}): ShopWatch => {
  const { store, clock, log, queue, pace, everyMs, plan } = deps;
  const closed = new AbortController();
  let progress: PartitionProgress[] = [];
  let shopTime: number | null = null;
  let watching: Promise<void> | undefined;

  const readClock = async (): Promise<number | null> => {
    progress = mergeProgress(progress, await readProgress(store, positionsOf(progress)));
    const watermark = shopWatermark(progress, { now: clock.now(), idleAfterMs: IDLE_MS });
    if (watermark !== null) shopTime = Math.max(shopTime ?? watermark, watermark);
    return shopTime;
  };
  const look = async (topicId: string): Promise<ShopSight> => {
    await readClock();
    const own = positionsOf(progress.filter((row) => row.topicId === topicId));
    return { positions: Object.values(own).reduce((sum, offset) => sum + offset + 1, 0), shopTime };
  };
  const planWhatIsDue = async (): Promise<void> => {
    const topicId = await deps.topicId();
    const sight = await look(topicId);
    const lastOf = async (mode: TrainingMode) => {
      const note = await queue.notes.last(mode);
      return note?.topicId === topicId ? note : null;
    };
    const last = { full: await lastOf('full'), warm: await lastOf('warm') };
    const mode = dueMode(sight, last, pace);
    if (mode === null) return;
    // a release may come of them: planned before, a warm start would go on from the one before it
    for (const note of [last.full, last.warm]) if (note && (await queue.isPending(note.jobId))) return;
    const jobId = await queue.plan({ ...plan, mode });
    log.info({ jobId, mode, ...sight }, 'cycle_due');
  };
  const run = async (): Promise<void> => {
    while (!closed.signal.aborted) {
      await planWhatIsDue().catch((error: unknown) => log.warn({ err: error }, 'shop_not_seen'));
      await clock.sleep(everyMs, closed.signal).catch(() => {});
    }
  };
  return {
    start: () => {
      if (everyMs > 0) watching = run();
    },
    shopTime: readClock,
    close: async () => {
      closed.abort();
      await watching;
    },
  };
};
