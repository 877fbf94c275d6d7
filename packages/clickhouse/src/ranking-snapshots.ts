/** The snapshots that lists are ranked by: what each is made of, and its size. */
import type { SnapshotKind, SnapshotPayloads } from '@nextcart/contracts';
import { copurchaseGraph, readPurchases } from './copurchases.ts';
import { covisitGraph } from './covisits.ts';
import type { Positions } from './positions.ts';
import { readSessions, sessionsSnapshot } from './sessions.ts';
import type { Store } from './store.ts';
import { readTrending } from './trending.ts';

/** Newest events that are read at most. */
export interface RankingSnapshotSettings {
  readonly sessionEvents: number;
  readonly graphEvents: number;
}
/** Some 0.1 s and 0.7 s of one core to read and count. */
export const rankingSnapshotDefaults: RankingSnapshotSettings = { sessionEvents: 100_000, graphEvents: 300_000 };

export interface SnapshotMoment {
  /** Watermark, epoch ms: no later event is read. */
  readonly at: number;
  /** The store as it was at these positions, which costs a scan; all rows where absent. */
  readonly positions?: Positions;
}

/** Ten lists' worth of items for each half-life: filters and diversity take their part of them. */
const TRENDING_TOP = 500;
/** Neighbours an item: beyond some 50 they add noise and bytes. */
const NEIGHBOURS = 50;
const TOP_SESSIONS = 50_000;
export const SESSION_DAYS = 30;
/** What is bought again comes back after weeks, so baskets are looked at for longer. */
const PURCHASE_DAYS = 90;

/** Each kind's payload. */
export const rankingSnapshotMakers: {
  readonly [K in Exclude<SnapshotKind, 'cleaning'>]: (
    store: Store,
    moment: SnapshotMoment,
    settings: RankingSnapshotSettings,
  ) => Promise<SnapshotPayloads[K]>;
} = {
  trending: (store, moment) => readTrending(store, { ...moment, top: TRENDING_TOP }),
  sessions: async (store, moment, { sessionEvents }) =>
    sessionsSnapshot(
      await readSessions(store, { ...moment, maxEvents: sessionEvents, maxDays: SESSION_DAYS }),
      TOP_SESSIONS,
    ),
  covisits: async (store, moment, { graphEvents }) =>
    covisitGraph(await readSessions(store, { ...moment, maxEvents: graphEvents, maxDays: SESSION_DAYS }), NEIGHBOURS),
  copurchases: async (store, moment, { graphEvents }) =>
    copurchaseGraph(
      await readPurchases(store, { ...moment, maxEvents: graphEvents, maxDays: PURCHASE_DAYS }),
      NEIGHBOURS,
    ),
};
