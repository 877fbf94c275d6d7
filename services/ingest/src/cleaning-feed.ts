import { latestHashes, type Store, snapshotByHash } from '@nextcart/clickhouse';
import type { SnapshotPayloads } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';

/** Features makes a cleaning snapshot every few minutes; it is in force from the next batch on. */
const POLL_MS = 5000;

export interface CleaningFeed {
  current(): { readonly hash: string; readonly payload: SnapshotPayloads['cleaning'] } | null;
  /** Looks once. Throws where the store does not answer. */
  refresh(): Promise<void>;
}

/** Looks for a newer snapshot until the signal; a store that is away leaves the last one in force. */
export const openCleaningFeed = (deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): CleaningFeed => {
  const { store, clock, log, signal } = deps;
  let current: ReturnType<CleaningFeed['current']> = null;
  const refresh = async (): Promise<void> => {
    const { cleaning: hash } = await latestHashes(store);
    if (hash === undefined || hash === current?.hash) return;
    const snapshot = await snapshotByHash(store, hash);
    if (snapshot?.kind !== 'cleaning') return;
    current = { hash, payload: snapshot.payload as SnapshotPayloads['cleaning'] };
    log.info({ hash }, 'cleaning_snapshot_in_force');
  };
  const poll = async (): Promise<void> => {
    for (;;) {
      await refresh().catch((error: unknown) => log.debug({ err: error }, 'cleaning_snapshot_not_read'));
      await clock.sleep(POLL_MS, signal);
    }
  };
  void poll().catch(() => {}); // the sleep's own end
  return { current: () => current, refresh };
};
