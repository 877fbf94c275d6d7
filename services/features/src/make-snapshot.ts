import {
  type RankingSnapshotSettings,
  rankingSnapshotMakers,
  readSpreads,
  SESSION_DAYS,
  type SnapshotMoment,
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
  readonly [K in SnapshotKind]: (
    store: Store,
    moment: Pick<SnapshotMoment, 'at'>,
    settings: SnapshotSettings,
  ) => Promise<SnapshotPayloads[K]>;
};

/** Each kind's payload at a watermark, of all that the store holds. */
export const snapshotMakers: Makers = {
  ...rankingSnapshotMakers,
  cleaning: (store, { at }, { graphEvents, robotEventsPerHour }) =>
    readSpreads(store, {
      at,
      amountDays: SESSION_DAYS,
      maxLines: graphEvents,
      minLines: MIN_LINES,
      robotEventsPerHour,
    }),
};
