/**
 * When each snapshot is made again. Pure: times are handed in.
 * - Not before its interval, counted from the beginning of the last making.
 * - Not so often that it takes more than its share of a core: a making of 200 ms at a share of 2 % rests 10 s. So the
 *   cost stays what the machine can bear whether the shop has a hundred events a day or a thousand a second. Time stands
 *   for CPU, so a busy machine makes it rest longer; never beyond MAX_REST_INTERVALS, for lists must not go stale.
 * - Not so often that what is kept of it fills the disk: an immutable graph of 20,000 items is 8 MB, and is kept for days.
 * - Only where it could have changed: rows came, or the watermark moved by a step that matters to it.
 * - A making that failed is due again after its interval.
 */
import type { SnapshotKind } from '@nextcart/contracts';

interface Pace {
  /** Part of the whole share of a core. */
  readonly weight: number;
  /** Part of the bytes of a day. */
  readonly bytesWeight: number;
  /** Without new rows it changes only by steps of the watermark. */
  readonly stepMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
export const MAX_REST_INTERVALS = 20;
/** Trending is what a list feels first, so it has the largest part; its decay goes by minutes, the rest by days. */
const paces: Readonly<Record<SnapshotKind, Pace>> = {
  trending: { weight: 0.4, bytesWeight: 0.1, stepMs: 60_000 },
  sessions: { weight: 0.2, bytesWeight: 0.2, stepMs: HOUR_MS },
  covisits: { weight: 0.2, bytesWeight: 0.3, stepMs: HOUR_MS },
  copurchases: { weight: 0.1, bytesWeight: 0.3, stepMs: HOUR_MS },
  cleaning: { weight: 0.1, bytesWeight: 0.1, stepMs: HOUR_MS },
};

/** What the store holds: any number that grows with its rows, and the watermark. */
export interface Sight {
  readonly rows: number;
  readonly watermark: number;
}

export interface Schedule {
  /** `now`: monotonic ms. */
  isDue(kind: SnapshotKind, now: number, sight: Sight): boolean;
  begun(kind: SnapshotKind, now: number): void;
  /** `tookMs` is an upper bound of the CPU that it took, the store's included; `bytes` what was stored, 0 if nothing new. */
  done(kind: SnapshotKind, made: { readonly tookMs: number; readonly bytes: number }, sight: Sight): void;
}

export const createSchedule = (options: {
  readonly intervalsMs: Readonly<Record<SnapshotKind, number>>;
  readonly coreShare: number;
  readonly bytesPerDay: number;
}): Schedule => {
  const begun = new Map<SnapshotKind, number>();
  const restMs = new Map<SnapshotKind, number>();
  const seen = new Map<SnapshotKind, Sight>();

  const couldDiffer = (kind: SnapshotKind, sight: Sight): boolean => {
    const last = seen.get(kind);
    if (last === undefined || last.rows !== sight.rows) return true;
    const { stepMs } = paces[kind];
    return Math.floor(last.watermark / stepMs) !== Math.floor(sight.watermark / stepMs);
  };

  return {
    isDue: (kind, now, sight) =>
      now - (begun.get(kind) ?? Number.NEGATIVE_INFINITY) >=
        Math.max(options.intervalsMs[kind], restMs.get(kind) ?? 0) && couldDiffer(kind, sight),
    begun: (kind, now) => void begun.set(kind, now),
    done: (kind, { tookMs, bytes }, sight) => {
      const { weight, bytesWeight } = paces[kind];
      const forCore = Math.min(tookMs / (options.coreShare * weight), MAX_REST_INTERVALS * options.intervalsMs[kind]);
      restMs.set(kind, Math.max(forCore, (bytes * DAY_MS) / (options.bytesPerDay * bytesWeight)));
      seen.set(kind, sight);
    },
  };
};
