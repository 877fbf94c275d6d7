import { type LogSlice, type SnapshotKind, tables } from '@nextcart/contracts';
import { partitionKey } from './positions.ts';
import type { Store } from './store.ts';

/** Of the log before a slice a snapshot must have known this share: the first ones of an import are made of its beginning. */
const KNOWN_SHARE = 0.9;

/**
 * By kind, the hash of the snapshot that was in force when a slice of the log began: the newest of those that were made
 * before any of the slice's rows was known, of nine tenths of the log before it and more; null where there is no such
 * one. A kind that was never made is absent.
 */
export const snapshotsBefore = async (
  store: Store,
  topicId: string,
  slice: readonly LogSlice[],
): Promise<Partial<Record<SnapshotKind, string | null>>> => {
  const bounds = slice.filter(({ from, to }) => from < to);
  const rows = await store.query<{ kind: SnapshotKind; found: number; hash: string }>(
    `SELECT kind, countIf(fits) AS found, argMaxIf(snapshots.hash, created_at, fits) AS hash
     FROM (
       SELECT kind, hash, created_at,
         arrayAll((key, first) -> NOT mapContains(positions, key) OR positions[key] < first,
           {keys:Array(String)}, {firsts:Array(Int64)})
         AND arraySum(key -> if(mapContains(positions, key), positions[key] + 1, 0), {keys:Array(String)})
           >= ${KNOWN_SHARE} * arraySum({firsts:Array(Int64)}) AS fits
       FROM ${tables.snapshots}
     ) AS snapshots
     GROUP BY kind`,
    {
      keys: bounds.map(({ partition }) => partitionKey(topicId, partition)),
      firsts: bounds.map(({ from }) => from),
    },
  );
  return Object.fromEntries(rows.map(({ kind, found, hash }) => [kind, found > 0 ? hash : null]));
};
