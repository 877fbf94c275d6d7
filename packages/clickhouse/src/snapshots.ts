/**
 * Invariants
 * - A snapshot never changes: its name is the hash of its bytes, and reading checks it.
 * - The newest row of a kind is in force, also where an older hash comes back into force.
 * - Nothing that an unexpired list names is ever dropped.
 */
import {
  decodeSnapshot,
  encodeSnapshot,
  NextcartError,
  type Snapshot,
  type SnapshotKind,
  type SnapshotPayloads,
  snapshotHash,
  tables,
} from '@nextcart/contracts';
import { afterNextPoll } from '@nextcart/runtime';
import type { Positions } from './positions.ts';
import type { Store } from './store.ts';

export type StoredSnapshot<K extends SnapshotKind = SnapshotKind> = Snapshot<K> & {
  /** At least these rows were in the store when it was made. */
  readonly positions: Positions;
};

interface SnapshotRow<K extends SnapshotKind> {
  kind: K;
  hash: string;
  as_of: number;
  positions: Record<string, number>;
  payload: string;
}

const columns = 'kind, hash, toUnixTimestamp64Milli(as_of) AS as_of_ms, positions, base64Encode(payload) AS payload64';

const fromRow = <K extends SnapshotKind>(
  row: (Omit<SnapshotRow<K>, 'as_of' | 'payload'> & { as_of_ms: number; payload64: string }) | undefined,
): StoredSnapshot<K> | null => {
  if (row === undefined) return null;
  const bytes = Buffer.from(row.payload64, 'base64');
  if (snapshotHash(bytes) !== row.hash)
    throw new NextcartError('internal', `snapshot ${row.hash} no longer has the bytes that it is named after`, {
      retry: false,
      context: { kind: row.kind, bytes: bytes.length },
    });
  return {
    kind: row.kind,
    hash: row.hash,
    asOf: row.as_of_ms,
    positions: row.positions,
    payload: decodeSnapshot(row.kind, bytes),
  };
};

/** Hash in force by kind; a kind that was never made is absent. Reads no payload. */
export const latestHashes = async (store: Store): Promise<Partial<Record<SnapshotKind, string>>> => {
  const rows = await store.query<{ kind: SnapshotKind; latest: string }>(
    `SELECT kind, argMax(hash, created_at) AS latest FROM ${tables.snapshots} GROUP BY kind`,
  );
  return Object.fromEntries(rows.map(({ kind, latest }) => [kind, latest]));
};

/** Stores a snapshot unless it is the one in force. `asOf`: watermark, epoch ms; `bytes`: size of the encoded payload. */
export const saveSnapshot = async <K extends SnapshotKind>(
  store: Store,
  snapshot: { kind: K; asOf: number; positions: Positions; payload: SnapshotPayloads[K] },
): Promise<{ hash: string; bytes: number; saved: boolean }> => {
  const bytes = encodeSnapshot(snapshot.payload);
  const hash = snapshotHash(bytes);
  if ((await latestHashes(store))[snapshot.kind] === hash) return { hash, bytes: bytes.length, saved: false };
  await store.insertRows(tables.snapshots, [
    {
      kind: snapshot.kind,
      hash,
      as_of: (snapshot.asOf / 1000).toFixed(3),
      positions: snapshot.positions,
      payload_base64: bytes.toString('base64'),
    },
  ]);
  return { hash, bytes: bytes.length, saved: true };
};

/** The snapshot in force, or null where the kind was never made. */
export const latestSnapshot = async <K extends SnapshotKind>(
  store: Store,
  kind: K,
): Promise<StoredSnapshot<K> | null> => {
  const rows = await store.query<Parameters<typeof fromRow<K>>[0]>(
    `SELECT ${columns} FROM ${tables.snapshots} WHERE kind = {kind:String} ORDER BY created_at DESC LIMIT 1`,
    { kind },
  );
  return fromRow(rows[0]);
};

/** Any snapshot that is still kept, or null. */
export const snapshotByHash = async (store: Store, hash: string): Promise<StoredSnapshot | null> => {
  const rows = await store.query<Parameters<typeof fromRow<SnapshotKind>>[0]>(
    `SELECT ${columns} FROM ${tables.snapshots} WHERE hash = {hash:String} LIMIT 1`,
    { hash },
  );
  await afterNextPoll(); // megabytes were read, and are looked through next: others come between
  return fromRow(rows[0]);
};

/**
 * Drops snapshots that were last in force more than `keepMs` before `now` (epoch ms), save those that a list which has
 * not expired at `now` names. Not by their age: one that was made long ago may have been in force a minute ago, and a
 * list that names it may be on its way. Answers how many rows went.
 */
export const dropSnapshots = async (store: Store, options: { now: number; keepMs: number }): Promise<number> => {
  const { now, keepMs } = options;
  const [kept, old] = await Promise.all([
    store.query<{ hash: string }>(
      `SELECT DISTINCT arrayJoin(mapValues(snapshots)) AS hash FROM ${tables.lists}
       WHERE expires_at > fromUnixTimestamp64Milli({now:Int64}, 'UTC')`,
      { now },
    ),
    store.query<{ hash: string }>(
      `SELECT hash FROM (SELECT hash, leadInFrame(created_at, 1, created_at + INTERVAL 100 YEAR) OVER (
           PARTITION BY kind ORDER BY created_at ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS until
         FROM ${tables.snapshots})
       GROUP BY hash HAVING max(until) < fromUnixTimestamp64Milli({before:Int64}, 'UTC')`,
      { before: now - keepMs },
    ),
  ]);
  const needed = new Set(kept.map(({ hash }) => hash));
  const gone = old.map(({ hash }) => hash).filter((hash) => !needed.has(hash));
  if (gone.length === 0) return 0;
  const rows = await store.query<{ n: number }>(
    `SELECT count() AS n FROM ${tables.snapshots} WHERE hash IN {gone:Array(String)}`,
    { gone },
  );
  await store.command(`DELETE FROM ${tables.snapshots} WHERE hash IN {gone:Array(String)}`, { gone });
  return rows[0]?.n ?? 0;
};
