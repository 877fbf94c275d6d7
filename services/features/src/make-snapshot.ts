import {
  copurchaseGraph,
  covisitGraph,
  readPurchases,
  readSessions,
  readSpreads,
  readTrending,
  type Store,
  sessionsSnapshot,
} from '@nextcart/clickhouse';
import type { SnapshotKind, SnapshotPayloads } from '@nextcart/contracts';

/** What snapshots are made from, and how large they get. */
export interface SnapshotSettings {
  readonly sessionEvents: number;
  readonly graphEvents: number;
  readonly robotEventsPerHour: number;
}

/** Ten lists' worth of items for each half-life: filters and diversity take their part of them. */
const TRENDING_TOP = 500;
/** Neighbours an item: beyond some 50 they add noise and bytes. */
const NEIGHBOURS = 50;
const TOP_SESSIONS = 50_000;
const SESSION_DAYS = 30;
/** What is bought again comes back after weeks, so baskets are looked at for longer. */
const PURCHASE_DAYS = 90;
/** Fewer lines than this have no usual amount. */
const MIN_LINES = 50;

type Makers = {
  readonly [K in SnapshotKind]: (store: Store, at: number, s: SnapshotSettings) => Promise<SnapshotPayloads[K]>;
};

/** Each kind's payload at a watermark (epoch ms). */
export const snapshotMakers: Makers = {
  trending: (store, at) => readTrending(store, { at, top: TRENDING_TOP }),
  sessions: async (store, at, { sessionEvents }) =>
    sessionsSnapshot(await readSessions(store, { at, maxEvents: sessionEvents, maxDays: SESSION_DAYS }), TOP_SESSIONS),
  covisits: async (store, at, { graphEvents }) =>
    covisitGraph(await readSessions(store, { at, maxEvents: graphEvents, maxDays: SESSION_DAYS }), NEIGHBOURS),
  copurchases: async (store, at, { graphEvents }) =>
    copurchaseGraph(await readPurchases(store, { at, maxEvents: graphEvents, maxDays: PURCHASE_DAYS }), NEIGHBOURS),
  cleaning: (store, at, { graphEvents, robotEventsPerHour }) =>
    readSpreads(store, {
      at,
      amountDays: SESSION_DAYS,
      maxLines: graphEvents,
      minLines: MIN_LINES,
      robotEventsPerHour,
    }),
};
