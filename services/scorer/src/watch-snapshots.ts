import { latestHashes, type Store, snapshotByHash } from '@nextcart/clickhouse';
import { NextcartError, type SnapshotPayloads } from '@nextcart/contracts';
import { type RankedKind, rankedKinds } from '@nextcart/ranking';
import { afterNextPoll } from '@nextcart/runtime';
import type { Engine } from './engine.ts';

/**
 * Loads what is in force and not in use yet, and tells each kind as it comes into use. Throws as the store does. A graph is
 * megabytes, and lists must not wait for all that is done with it: between two steps come the events that arrived.
 */
export const createSnapshotWatch =
  (store: Store, engine: Engine) =>
  async (used: (kind: RankedKind, hash: string) => void = () => undefined): Promise<void> => {
    const latest = await latestHashes(store);
    for (const kind of rankedKinds) {
      const hash = latest[kind];
      if (hash === undefined || hash === engine.snapshots[kind]) continue;
      const snapshot = await snapshotByHash(store, hash);
      if (snapshot === null)
        throw new NextcartError('snapshot_missing', `snapshot ${hash} is in force and can't be read`, {
          retry: true,
          context: { kind, hash },
        });
      await afterNextPoll();
      const use = engine.prepare(kind, { ...snapshot, payload: snapshot.payload as SnapshotPayloads[typeof kind] });
      await afterNextPoll();
      use();
      used(kind, hash);
    }
  };
