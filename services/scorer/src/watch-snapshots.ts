import { setImmediate as nextTurn } from 'node:timers/promises';
import { latestHashes, type Store, snapshotByHash } from '@nextcart/clickhouse';
import { NextcartError, type SnapshotPayloads } from '@nextcart/contracts';
import { type RankedKind, rankedKinds } from '@nextcart/ranking';
import type { Engine } from './engine.ts';

/**
 * Loads what is in force and not in use yet; the kinds that changed. Throws as the store does. A graph is megabytes, and
 * lists must not wait for all that is done with it: between two steps come the events that arrived.
 */
export const createSnapshotWatch = (store: Store, engine: Engine) => async (): Promise<RankedKind[]> => {
  const latest = await latestHashes(store);
  const changed: RankedKind[] = [];
  for (const kind of rankedKinds) {
    const hash = latest[kind];
    if (hash === undefined || hash === engine.snapshots[kind]) continue;
    const snapshot = await snapshotByHash(store, hash);
    if (snapshot === null)
      throw new NextcartError('snapshot_missing', `snapshot ${hash} is in force and can't be read`, {
        retry: true,
        context: { kind, hash },
      });
    await nextTurn();
    const part = engine.part(kind, snapshot.payload as SnapshotPayloads[typeof kind]);
    await nextTurn();
    engine.use(kind, snapshot, part);
    changed.push(kind);
  }
  return changed;
};
