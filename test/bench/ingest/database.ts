import { setTimeout as sleep } from 'node:timers/promises';
import { createStore, migrate, type Store } from '@nextcart/clickhouse';
import { withDatabase } from '@nextcart/clickhouse/testing';
import { createLogger, systemClock } from '@nextcart/runtime';
import type { BenchContext } from '../harness/bench.ts';
import type { OwnServers } from '../harness/own-servers.ts';

const POLL_MS = 500; // a query costs the server some 8 ms
/** The engine shows nothing of a block before it is whole: half a million rows take it long on a busy machine. */
const STANDSTILL_MS = 300_000;
const IDLE_POLLS = 2;
const MERGE_WAIT_MS = 60_000;

/** A database with the newest tables and nothing in them, whatever it held before. Close the store after use. */
export const emptyDatabase = async (servers: OwnServers, database: string): Promise<Store> => {
  const log = createLogger('bench', 'error');
  const { clickhouseUrl } = servers.stack.urls;
  const home = createStore({ url: withDatabase(clickhouseUrl, 'system'), log, clock: systemClock });
  // not SYNC: thousands of files deleted now would be part of what comes next (ext4 avoids their inodes, one by one)
  await home.command(`DROP DATABASE IF EXISTS ${database}`);
  await home.command(`CREATE DATABASE ${database}`);
  await home.close();
  const store = createStore({ url: withDatabase(clickhouseUrl, database), log, clock: systemClock });
  await migrate(store, { log });
  return store;
};

/** Resolves when `events` has that many rows; throws where none came for five minutes. */
export const waitForRows = async (context: BenchContext, store: Store, step: string, wanted: number): Promise<void> => {
  const progress = context.progress(step, wanted, 'rows');
  let movedAt = systemClock.monotonic();
  for (let seen = 0; seen < wanted; ) {
    const [row] = await store.query<{ rows: number }>('SELECT count() AS rows FROM events');
    const rows = row?.rows ?? 0;
    if (rows !== seen) movedAt = systemClock.monotonic();
    seen = rows;
    progress.at(seen);
    if (systemClock.monotonic() - movedAt > STANDSTILL_MS)
      throw new Error(`${step}: no new row for five minutes, at ${seen} of ${wanted}`);
    await sleep(POLL_MS);
  }
  progress.done();
};

/** What a row costs is not over before its parts are merged: resolves when no merge has run for a second. */
export const waitForMerges = async (store: Store): Promise<void> => {
  const giveUpAt = systemClock.monotonic() + MERGE_WAIT_MS;
  for (let idle = 0; idle < IDLE_POLLS && systemClock.monotonic() < giveUpAt; ) {
    const [row] = await store.query<{ merges: number }>('SELECT count() AS merges FROM system.merges');
    idle = row?.merges === 0 ? idle + 1 : 0;
    await sleep(POLL_MS);
  }
};
