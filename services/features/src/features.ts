/**
 * The loop that keeps the immutable snapshots (law 6) fresh at the shop's watermark (law 4).
 * Invariants
 * - One round at a time: look, make what is due, drop what is old. A round that fails is told and tried again; nothing
 *   is remembered of it, because all state is read again from the store.
 * - It waits for a store or a broker that is away, says so in health, and goes on.
 */
import { dropSnapshots, migrate, type Store, saveSnapshot } from '@nextcart/clickhouse';
import { NextcartError, type SnapshotKind, snapshotKinds } from '@nextcart/contracts';
import type { Admin } from '@nextcart/kafka';
import type { Clock, Health, Logger, Metrics } from '@nextcart/runtime';
import { createInstruments } from './instruments.ts';
import { type SnapshotSettings, snapshotMakers } from './make-snapshot.ts';
import { createSchedule } from './schedule.ts';
import { createShopProgress, type ShopSight } from './shop-progress.ts';
import { createProgressTeller, type LogNames, logNames } from './tell-progress.ts';

export interface FeaturesSettings extends SnapshotSettings {
  readonly intervalsMs: Readonly<Record<SnapshotKind, number>>;
  /** Share of one core that all makings together may take. */
  readonly coreShare: number;
  /** Bytes of new snapshots that a day may store, all kinds together. */
  readonly bytesPerDay: number;
  readonly idleAfterMs: number;
  readonly keepSnapshotsMs: number;
}

export interface FeaturesDeps {
  readonly store: Store;
  readonly admin: Pick<Admin, 'topic' | 'offsets' | 'committed'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly settings: FeaturesSettings;
  /** Tests have topics of their own. */
  readonly names?: LogNames;
}

export interface Features {
  /** Makes the tables where they are missing, then rounds until closed. */
  start(): void;
  /** One round now; the kinds whose content was new. For tests and benches that do not start the loop. */
  round(): Promise<SnapshotKind[]>;
  /** Epoch ms of event time; null before the first round or the first event. */
  watermark(): number | null;
  /** Ends after the round that is under way. */
  close(): Promise<void>;
}

/** One failed round is a restart of the store; three in a row are somebody's to look at. */
const FAILURES_UNTIL_RED = 3;
const DROP_EVERY_MS = 600_000;
/** A dashboard's points, at the cost of one small insert and some questions to the broker. */
const PROGRESS_EVERY_MS = 10_000;

export const createFeatures = (deps: FeaturesDeps): Features => {
  const { store, clock, log, settings, health, names = logNames } = deps;
  const instruments = createInstruments(deps.metrics);
  const schedule = createSchedule(settings);
  const progress = createShopProgress({ ...deps, topic: names.events, idleAfterMs: settings.idleAfterMs });
  const tellDashboards = createProgressTeller({ ...deps, names });
  const pauseMs = Math.min(...Object.values(settings.intervalsMs));
  const stop = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  let sight: ShopSight | null = null;
  let failures = 0;
  let trouble: string | null = null;
  let progressAt = Number.NEGATIVE_INFINITY;
  let droppedAt = clock.monotonic(); // not at the start, when there is most to catch up

  health.add('snapshots', () => {
    if (sight === null) return { ok: false, detail: trouble ?? 'no round completed yet: waiting for ClickHouse' };
    if (trouble !== null) return { ok: failures < FAILURES_UNTIL_RED, detail: `${failures} rounds failed: ${trouble}` };
    const { watermark } = sight;
    return { ok: true, detail: watermark === null ? 'the shop has no events yet' : `watermark ${watermark}` };
  });
  health.add('broker', () => {
    const reason = sight?.brokerTrouble ?? null;
    return { ok: reason === null, detail: reason ?? 'its offsets are known' };
  });

  const tellProgress = async (seen: ShopSight): Promise<void> => {
    if (seen.watermark !== null) instruments.watermark.set(seen.watermark / 1000);
    if (seen.partitions === null) {
      // nor are dashboards told: a broker that hangs would be waited for twice
      for (const { partition } of sight?.partitions ?? []) instruments.behind.set({ partition }, Number.NaN);
      return;
    }
    for (const p of seen.partitions)
      instruments.behind.set({ partition: p.partition }, Math.max(0, p.end - Math.max(p.next, p.start)));
    if (clock.monotonic() - progressAt < PROGRESS_EVERY_MS) return;
    await tellDashboards(seen.partitions, seen.watermark);
    progressAt = clock.monotonic();
  };

  const make = async (kind: SnapshotKind, seen: ShopSight, watermark: number): Promise<boolean> => {
    const began = clock.monotonic();
    schedule.begun(kind, began);
    const payload = await snapshotMakers[kind](store, { at: watermark }, settings);
    const { hash, bytes, saved } = await saveSnapshot(store, {
      kind,
      asOf: watermark,
      positions: seen.positions,
      payload,
    });
    const tookMs = clock.monotonic() - began;
    schedule.done(kind, { tookMs, bytes: saved ? bytes : 0 }, { rows: seen.rows, watermark });
    instruments.making.of(kind).observe(tookMs / 1000);
    instruments.made.inc({ kind, content: saved ? 'new' : 'unchanged' });
    instruments.size.set({ kind }, bytes);
    if (saved) log.info({ kind, hash, bytes, tookMs: Math.round(tookMs), watermark }, 'snapshot_saved');
    return saved;
  };

  const dropOld = async (): Promise<void> => {
    if (clock.monotonic() - droppedAt < DROP_EVERY_MS) return;
    droppedAt = clock.monotonic();
    const rows = await dropSnapshots(store, { now: clock.now(), keepMs: settings.keepSnapshotsMs });
    if (rows > 0) log.info({ rows }, 'snapshots_dropped');
  };

  const round = async (): Promise<SnapshotKind[]> => {
    const began = clock.monotonic();
    const seen = await progress.look();
    await tellProgress(seen);
    const { rows, watermark } = seen;
    const made: SnapshotKind[] = [];
    if (watermark !== null)
      for (const kind of snapshotKinds)
        if (schedule.isDue(kind, clock.monotonic(), { rows, watermark }) && (await make(kind, seen, watermark)))
          made.push(kind);
    await dropOld();
    sight = seen;
    instruments.round.observe((clock.monotonic() - began) / 1000);
    return made;
  };

  const attempt = async (what: string, act: () => Promise<unknown>): Promise<boolean> => {
    try {
      await act();
      failures = 0;
      trouble = null;
      return true;
    } catch (error) {
      if (stop.signal.aborted) return false;
      failures += 1;
      trouble = error instanceof Error ? error.message : String(error);
      instruments.failures.inc();
      const level = error instanceof NextcartError && error.retry ? 'warn' : 'error';
      log[level]({ err: error, failures }, what);
      return false;
    }
  };
  const pause = (): Promise<void> => clock.sleep(pauseMs, stop.signal).catch(() => {});

  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      if (await attempt('tables_not_made', () => migrate(store, { log, signal: stop.signal }))) break;
      await pause();
    }
    while (!stop.signal.aborted) {
      await attempt('round_failed', round);
      await pause();
    }
  };

  return {
    start: () => {
      loop = run();
    },
    round,
    watermark: () => sight?.watermark ?? null,
    close: async () => {
      stop.abort();
      await loop;
    },
  };
};
