import { existsSync, mkdirSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NextcartError } from '@nextcart/contracts';
import { clickhouseUrl, createClickhouse } from './clickhouse/start.ts';
import { cacheDir } from './folders.ts';
import { createKafka } from './kafka/broker.ts';
import type { SecuredListener } from './kafka/secured-listener.ts';
import { createPidBook } from './pids.ts';
import { choosePorts, HOST, hasPorts, type Ports } from './ports.ts';
import { createRedis } from './redis/start.ts';
import { createRegistry, registryUrl } from './registry/start.ts';
import type { ServerContext } from './server-context.ts';
import type { Supervised } from './supervise.ts';
import { type Env, type StackUrls, urlsFromEnv } from './urls.ts';

export type ServerName = 'kafka' | 'clickhouse' | 'redis' | 'registry';

/** The servers that nextcart needs, real ones, on this machine. Only those that the environment does not name. */
export interface Stack {
  readonly urls: StackUrls;
  /** Handles of the servers that were provisioned here, for fault tests. */
  readonly servers: Partial<Record<ServerName, Supervised>>;
  readonly dataDir: string;
  /** In order: first what uses others' data, last the log. */
  stop(): Promise<void>;
}

export interface StackOptions {
  readonly dataDir: string;
  readonly env: Env;
  /** Empties the data folder first. */
  readonly fresh?: boolean;
  /** Try the ports that people expect first (9092, 8123, 6379, 8081). */
  readonly usualPorts?: boolean;
  readonly kafkaHeapMb?: number;
  /** A listener with TLS and logins beside the plain one. */
  readonly securedKafka?: SecuredListener;
  /** Gives up a start that is under way: what has started is stopped, and the promise rejects. */
  readonly signal?: AbortSignal;
  readonly log: (line: string) => void;
}

const DEFAULT_KAFKA_HEAP_MB = 512; // 410 MB after load at this limit
const LEFTOVER_GRACE_MS = 10_000;
const stopOrder: readonly ServerName[] = ['registry', 'redis', 'clickhouse', 'kafka'];

/** A folder and those above it up to `last`, as long as nothing is in them. */
const removeEmpty = (folder: string, last: string): void => {
  try {
    rmdirSync(folder);
  } catch {
    return; // another start has its data beside it
  }
  if (folder !== last) removeEmpty(dirname(folder), last);
};

export const provisionStack = async (options: StackOptions): Promise<Stack> => {
  const made = mkdirSync(options.dataDir, { recursive: true });
  const dataDir = realpathSync(options.dataDir); // servers report real paths, and are compared by them
  if (options.fresh === true) refuseForeign(dataDir);
  const pids = createPidBook(dataDir);
  pids.takeOwnership();
  let ports: Ports;
  try {
    const leftovers = await pids.endLeftovers(LEFTOVER_GRACE_MS);
    if (leftovers.length > 0) options.log(`ended what an earlier start left running: ${leftovers.join(', ')}`);
    options.signal?.throwIfAborted();
    if (options.fresh === true) removeData(dataDir);
    ports = await choosePorts(dataDir, options.usualPorts ?? false, options.signal);
  } catch (error) {
    pids.releaseOwnership();
    if (made !== undefined) removeEmpty(join(dataDir, 'pids'), realpathSync(made));
    throw error;
  }
  const named = urlsFromEnv(options.env);
  const logsDir = join(dataDir, 'logs');
  mkdirSync(logsDir, { recursive: true });
  const context: ServerContext = { ports, dataDir, logsDir, pids, env: options.env, log: options.log };
  const servers: Partial<Record<ServerName, Supervised>> = {};
  const stopServers = async (): Promise<void> => {
    for (const name of stopOrder) await servers[name]?.stop();
  };
  const stop = async (): Promise<void> => {
    await stopServers();
    pids.releaseOwnership();
  };
  const bring = async (name: ServerName, create: () => Supervised | Promise<Supervised>): Promise<void> => {
    const startedAt = performance.now();
    servers[name] = await create();
    options.signal?.throwIfAborted();
    await servers[name].start();
    options.log(`${name} ready after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  };

  const giveUp = (): void => void stopServers();
  options.signal?.addEventListener('abort', giveUp, { once: true });
  const cache = cacheDir(options.env);
  const results = await Promise.allSettled([
    named.kafkaBrokers ??
      bring('kafka', () =>
        createKafka(context, {
          heapMb: options.kafkaHeapMb ?? DEFAULT_KAFKA_HEAP_MB,
          cache,
          secured: options.securedKafka,
        }),
      ),
    named.clickhouseUrl ?? bring('clickhouse', () => createClickhouse(context)),
    named.redisUrl ?? bring('redis', () => createRedis(context, cache)),
    named.schemaRegistryUrl ?? bring('registry', () => createRegistry(context)),
  ]);
  options.signal?.removeEventListener('abort', giveUp);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return { urls: { ...localUrls(ports), ...named }, servers, dataDir, stop };
};

const localUrls = (ports: Ports): StackUrls => ({
  kafkaBrokers: `${HOST}:${ports.kafka}`,
  clickhouseUrl: clickhouseUrl(ports.clickhouse),
  redisUrl: `redis://${HOST}:${ports.redis}`,
  schemaRegistryUrl: registryUrl(ports.registry),
});

/**
 * Only what a stack has written, by name. In `state` is what other rooms keep beside the log and that is wrong without it,
 * such as how far an import came.
 */
const DATA = ['kafka', 'clickhouse', 'redis', 'registry', 'models', 'logs', 'state'] as const;
const removeData = (dataDir: string): void => {
  for (const name of DATA) rmSync(join(dataDir, name), { recursive: true, force: true });
};

/** A wrong --data-dir must not empty somebody's folder, which may have names like ours. */
const refuseForeign = (dataDir: string): void => {
  const found = DATA.filter((name) => existsSync(join(dataDir, name)));
  if (found.length === 0 || hasPorts(dataDir)) return;
  throw new NextcartError(
    'bad_configuration',
    `no stack has been here, and a fresh start would delete ${found.join(', ')} in ${dataDir}: give another --data-dir, or delete them yourself`,
    { retry: false },
  );
};
