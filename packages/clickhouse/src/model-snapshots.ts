import { type LogSlice, type SnapshotKind, tables } from '@nextcart/contracts';
import { partitionKey } from './positions.ts';
import type { Store } from './store.ts';

export interface DatedSnapshot {
  readonly hash: string;
  /** False where all that are kept know of the slice already: then it is the oldest of them. */
  readonly isBefore: boolean;
}

/**
 * By kind, the snapshot that was in force when a slice of the log began: the newest that was made before any of the slice's
 * rows was known. A kind that was never made is absent.
 */
export const snapshotsBefore = async (
  store: Store,
  topicId: string,
  slice: readonly LogSlice[],
): Promise<Partial<Record<SnapshotKind, DatedSnapshot>>> => {
  const bounds = slice.filter(({ from, to }) => from < to);
  const rows = await store.query<{ kind: SnapshotKind; hash: string; earlier: number }>(
    `SELECT kind, countIf(is_before) AS earlier,
       if(earlier > 0, argMaxIf(snapshots.hash, created_at, is_before), argMin(snapshots.hash, created_at)) AS hash
     FROM (
       SELECT kind, hash, created_at, arrayAll((key, first) -> NOT mapContains(positions, key) OR positions[key] < first,
         {keys:Array(String)}, {firsts:Array(Int64)}) AS is_before
       FROM ${tables.snapshots}
     ) AS snapshots
     GROUP BY kind`,
    {
      keys: bounds.map(({ partition }) => partitionKey(topicId, partition)),
      firsts: bounds.map(({ from }) => from),
    },
  );
  return Object.fromEntries(rows.map(({ kind, hash, earlier }) => [kind, { hash, isBefore: earlier > 0 }]));
};
