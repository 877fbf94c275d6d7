import { setTimeout as sleep } from 'node:timers/promises';
import { createStore, migrate, type Store } from '@nextcart/clickhouse';
import { withDatabase } from '@nextcart/clickhouse/testing';
import { groups, topics } from '@nextcart/contracts';
import { createShop } from '@nextcart/datasets';
import { createLogger, systemClock } from '@nextcart/runtime';
import type { Bench, BenchContext, Metrics } from '../harness/bench.ts';
import { startCpuMeter } from '../harness/cpu.ts';
import { type OwnServers, startOwnServers } from '../harness/own-servers.ts';
import { ENGINE_BLOCKS, type EngineSetting, engineSettings, startEngine, stopEngine } from './engine-tables.ts';
import { fillTopic } from './fill-topic.ts';
import { deleteGroups } from './groups.ts';
import { measureSteady } from './steady.ts';

/**
 * CPU from the log into the tables, windows on: our services and the ClickHouse process, beside ClickHouse's own Kafka
 * engine over the same bytes in the same process. Both are measured until every record has its row and the merges that
 * the rows owe have been done. Each repeat begins with empty tables and empty groups.
 */
const SERVICES = ['ingest', 'features'] as const;
const USERS = 100_000;
const ITEMS = 20_000;
const EVENTS_PER_S = 1000;
const STEADY_S = 60;
const POLL_MS = 100;
const IDLE_POLLS = 10;
const MERGE_WAIT_MS = 60_000;

/** Rows in the table; throws where none came for a minute. */
const waitForRows = async (context: BenchContext, store: Store, step: string, wanted: number): Promise<void> => {
  const progress = context.progress(step, wanted, 'rows');
  let movedAt = systemClock.monotonic();
  for (let seen = 0; ; ) {
    const [row] = await store.query<{ rows: number }>('SELECT count() AS rows FROM events');
    const rows = row?.rows ?? 0;
    if (rows !== seen) movedAt = systemClock.monotonic();
    seen = rows;
    progress.at(rows);
    if (rows >= wanted) break;
    if (systemClock.monotonic() - movedAt > 60_000) throw new Error(`${step}: stands still at ${rows} of ${wanted} rows`);
    await sleep(POLL_MS);
  }
  progress.done();
};

const waitForMerges = async (store: Store): Promise<void> => {
  const giveUpAt = systemClock.monotonic() + MERGE_WAIT_MS;
  for (let idle = 0; idle < IDLE_POLLS && systemClock.monotonic() < giveUpAt; ) {
    const [row] = await store.query<{ merges: number }>('SELECT count() AS merges FROM system.merges');
    idle = row?.merges === 0 ? idle + 1 : 0;
    await sleep(POLL_MS);
  }
};

const emptyDatabase = async (servers: OwnServers, database: string): Promise<Store> => {
  const log = createLogger('bench', 'error');
  const url = withDatabase(servers.stack.urls.clickhouseUrl, database);
  const store = createStore({ url, log, clock: systemClock });
  await servers.store.command(`DROP DATABASE IF EXISTS ${database} SYNC`);
  await servers.store.command(`CREATE DATABASE ${database}`, {}, {});
  await migrate(store, { log });
  return store;
};

/** CPU by process and seconds while the rows come in. */
const measureOurs = async (context: BenchContext, servers: OwnServers, events: number) => {
  const store = await emptyDatabase(servers, 'nextcart');
  await deleteGroups(servers, Object.values(groups));
  const startedAt = systemClock.monotonic();
  const meterServers = startCpuMeter({ clickhouse: servers.pid('clickhouse'), broker: servers.pid('kafka') });
  const services = await Promise.all(SERVICES.map((name) => servers.startService(name)));
  await waitForRows(context, store, 'nextcart', events);
  const seconds = (systemClock.monotonic() - startedAt) / 1000;
  await waitForMerges(store);
  // services began with no CPU used: their start is part of the figure
  const used = { ...meterServers(), ...startCpuMeter({})() };
  const own = Object.fromEntries(services.map(({ name, pid }) => [name, totalOf(pid)]));
  return { seconds, used: { ...used, ...own } as Record<string, number>, services, store };
};
