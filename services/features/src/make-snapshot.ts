import {
  type RankingSnapshotSettings,
  rankingSnapshotMakers,
  readSpreads,
  SESSION_DAYS,
  type Store,
} from '@nextcart/clickhouse';
import type { SnapshotKind, SnapshotPayloads } from '@nextcart/contracts';

/** What snapshots are made from, and how large they get. */
export interface SnapshotSettings extends RankingSnapshotSettings {
  readonly robotEventsPerHour: number;
}

/** Fewer lines than this have no usual amount. */
const MIN_LINES = 50;

type Makers = {
  readonly [K in SnapshotKind]: (store: Store, at: number, s: SnapshotSettings) => Promise<SnapshotPayloads[K]>;
};

const { trending, sessions, covisits, copurchases } = rankingSnapshotMakers;

/** Each kind's payload at a watermark (epoch ms). */
export const snapshotMakers: Makers = {
  trending: (store, at, settings) => trending(store, { at }, settings),
  sessions: (store, at, settings) => sessions(store, { at }, settings),
  covisits: (store, at, settings) => covisits(store, { at }, settings),
  copurchases: (store, at, settings) => copurchases(store, { at }, settings),
  cleaning: (store, at, { graphEvents, robotEventsPerHour }) =>
    readSpreads(store, {
      at,
      amountDays: SESSION_DAYS,
      maxLines: graphEvents,
      minLines: MIN_LINES,
      robotEventsPerHour,
    }),
};
