import {
  completeHistories,
  countRange,
  healRange,
  insertCatalog,
  insertEvents,
  insertLists,
  isBeingInserted,
  type PositionRange,
  type RecordTable,
  rangeToken,
  readEventIds,
  readPositions,
  readSourceTimes,
  reinstateRange,
  type Store,
  snapshotByHash,
} from '@nextcart/clickhouse';
import { NextcartError, type SnapshotPayloads } from '@nextcart/contracts';

/** The table that a pipeline fills, as the pipeline sees it. */
export interface RecordSink {
  /** As one block under the token; a no-op for what is there under it. Throws `store_unavailable` or `store_refused`. */
  insert(
    rows: number,
    parts: readonly Uint8Array[],
    options: { readonly token: string; readonly signal: AbortSignal },
  ): Promise<void>;
  count(range: PositionRange): Promise<number>;
  /**
   * After an insert that repeats another under its token: gives the table and the histories the rows that they lack
   * although they know the token, as a killed store leaves them. Throws `store_unavailable` while an insert under the
   * token is still under way, a killed owner's for example: its rows may be about to show.
   */
  reinstate(
    rows: number,
    parts: readonly Uint8Array[],
    options: { readonly range: PositionRange; readonly signal: AbortSignal },
  ): Promise<void>;
  /**
   * Gives the views what a crash of ours kept from them, out of the table, and the histories what one of the store's did.
   * Throws as `reinstate`.
   */
  heal(range: PositionRange): Promise<void>;
  /** Newest offset + 1, or null where the table has nothing of the partition. */
  next(topicId: string, partition: number): Promise<number | null>;
}

const inserts = { events: insertEvents, catalog: insertCatalog, lists: insertLists };

export const createRecordSink = (store: Store, table: RecordTable): RecordSink => {
  const refuseUnderWay = async (range: PositionRange): Promise<void> => {
    const token = rangeToken(range);
    if (await isBeingInserted(store, token))
      throw new NextcartError('store_unavailable', 'an insert of the same rows is under way', {
        ...{ retry: true, context: { table, token } },
      });
  };
  const complete = async (range: PositionRange): Promise<void> => {
    if (table === 'events') await completeHistories(store, range);
  };
  return {
    insert: (rows, parts, options) => inserts[table](store, rows, parts, options),
    count: (range) => countRange(store, table, range),
    reinstate: async (rows, parts, { range, signal }) => {
      await refuseUnderWay(range);
      // counted after the look, so that nothing falls between
      if ((await countRange(store, table, range)) === 0)
        await reinstateRange(store, table, range.partition, (into) =>
          inserts[table](store, rows, parts, { token: rangeToken(range), signal, into }),
        );
      await complete(range);
    },
    heal: async (range) => {
      await healRange(store, table, range);
      await refuseUnderWay(range);
      await complete(range);
    },
    next: async (topicId, partition) =>
      (await readPositions(store, table, topicId)).find((row) => row.partition === partition)?.next ?? null,
  };
};

/** What the cleaner is restored from. */
export interface CleanerMemory {
  /** Ids of kept rows of a range, oldest first. */
  ids(range: PositionRange): Promise<{ readonly eventIds: string[]; readonly offsets: Float64Array }>;
  /** Newest event time of kept rows by source. */
  sourceTimes(range: PositionRange): Promise<ReadonlyMap<string, number>>;
  /** Null where it is no longer kept. */
  cleaning(hash: string): Promise<SnapshotPayloads['cleaning'] | null>;
}

export const createCleanerMemory = (store: Store): CleanerMemory => ({
  ids: async (range) => {
    const rows = await readEventIds(store, range);
    return { eventIds: rows.map((row) => row.eventId), offsets: Float64Array.from(rows, (row) => row.offset) };
  },
  sourceTimes: (range) => readSourceTimes(store, range),
  cleaning: async (hash) => {
    const snapshot = await snapshotByHash(store, hash);
    return snapshot?.kind === 'cleaning' ? (snapshot.payload as SnapshotPayloads['cleaning']) : null;
  },
});
