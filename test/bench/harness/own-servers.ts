import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createStore, migrate, type Store } from '@nextcart/clickhouse';
import { groups, NextcartError, registrySubject, schemaText, topics } from '@nextcart/contracts';
import { createKafka, createRegistryClient, type Kafka, type RegistryClient } from '@nextcart/kafka';
import { choosePort, HOST, repoRoot, type ServerName, type Stack, stackEnv } from '@nextcart/local';
import { createLogger, systemClock } from '@nextcart/runtime';
import { startOwnStack } from '../../support/own-stack.ts';
import type { BenchContext } from './bench.ts';
import { clickhouseVersion } from './machine.ts';

/** Servers of the bench's own, whose processes are known, and clients for them. */
export interface OwnServers {
  readonly stack: Stack;
  readonly kafka: Kafka;
  readonly registry: RegistryClient;
  readonly store: Store;
  /** Of a server that runs. */
  pid(server: ServerName): number;
  /** Topics, schemas and tables, as `nextcart setup` makes them. */
  setUp(): Promise<void>;
  /** Starts a service as `npm start` does and waits until it is ready. */
  startService(name: string, options?: ServiceOptions): Promise<ServiceProcess>;
}

export interface ServiceOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** In place of the service's own main.ts. */
  readonly script?: string;
}

export interface ServiceProcess {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  /** What it logged: warnings and errors. */
  said(): string[];
  /** A figure of its /metrics; 0 where there is none of that name. */
  metric(name: string): Promise<number>;
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 120_000;
const COLD_BROKER_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;
const POLL_MS = 100;

export const startOwnServers = async (context: BenchContext): Promise<OwnServers> => {
  const stack = await startOwnStack((line) => context.log(`  ${line}`));
  const { urls } = stack;
  const clock = systemClock;
  const quiet = createLogger('bench', 'error');
  const kafka = createKafka({
    connection: { brokers: urls.kafkaBrokers.split(','), clientId: 'nextcart-bench' },
    log: quiet,
    clock,
  });
  const registry = createRegistryClient({ url: urls.schemaRegistryUrl, log: quiet, clock });
  const store = createStore({ url: urls.clickhouseUrl, log: quiet, clock });
  const env = { ...process.env, ...stackEnv(urls) };
  const logsDir = join(stack.dataDir, 'logs');
  const running = new Set<ServiceProcess>();
  mkdirSync(logsDir, { recursive: true });
  context.onEnd(async () => {
    for (const service of [...running].reverse()) await service.stop();
    await kafka.close();
    await store.close();
    await stack.stop();
  });
  context.version('clickhouse', await clickhouseVersion(store));

  const startService: OwnServers['startService'] = async (name, options = {}) => {
    const port = await choosePort(undefined, new Set());
    const url = `http://${HOST}:${port}`;
    const script = options.script ?? join(repoRoot, 'services', name, 'src', 'main.ts');
    const logFile = join(logsDir, `${name}.log`);
    const out = openSync(logFile, 'a');
    const child = spawn(process.execPath, [script], {
      env: { ...env, LOG_LEVEL: 'warn', ...options.env, HTTP_PORT: String(port) },
      stdio: ['ignore', out, out],
      detached: true, // a session of its own, as with `npm start`
    });
    closeSync(out);
    const tail = (): string => readFileSync(logFile, 'utf8').split('\n').slice(-15).join('\n');
    const exited = once(child, 'exit');
    const alive = (): boolean => child.exitCode === null && child.signalCode === null;
    const service: ServiceProcess = {
      name,
      pid: child.pid ?? 0,
      url,
      said: () =>
        readFileSync(logFile, 'utf8')
          .split('\n')
          .filter((line) => line !== ''),
      metric: async (metric) => {
        const text = await (await fetch(`${url}/metrics`)).text();
        return Number(
          text
            .split('\n')
            .find((line) => line.startsWith(`${metric} `))
            ?.slice(metric.length) ?? 0,
        );
      },
      stop: async () => {
        running.delete(service);
        if (!alive()) return;
        child.kill('SIGTERM');
        const grace = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
        await exited;
        clearTimeout(grace);
      },
    };
    running.add(service);
    const giveUpAt = clock.monotonic() + READY_TIMEOUT_MS;
    while (!(await isReady(url))) {
      if (!alive()) throw new Error(`${name} ended while it started:\n${tail()}`);
      if (clock.monotonic() > giveUpAt) throw new Error(`${name} did not get ready: ${await unready(url)}\n${tail()}`);
      await sleep(POLL_MS);
    }
    return service;
  };

  return {
    stack,
    kafka,
    registry,
    store,
    pid: (server) => {
      const pid = stack.servers[server]?.pid();
      if (pid === undefined) throw new Error(`${server} does not run`);
      return pid;
    },
    setUp: async () => {
      await whileRefused(() => kafka.admin.ensureTopics(Object.values(topics)));
      for (const group of Object.values(groups))
        await whileRefused(() => kafka.admin.committed(group, topics.events.name)); // brings its coordinator up
      for (const { name, schema } of Object.values(topics))
        await registry.register(registrySubject(name), schemaText(schema));
      await migrate(store, { log: quiet });
    },
    startService,
  };
};

/** A cold broker makes a topic and denies it for a moment, and has no coordinator for a group yet. */
const whileRefused = async (ask: () => Promise<unknown>): Promise<void> => {
  const giveUpAt = systemClock.monotonic() + COLD_BROKER_MS;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      const again = error instanceof NextcartError && error.retry && systemClock.monotonic() < giveUpAt;
      if (!again) throw error;
      await sleep(POLL_MS);
    }
  }
};

const isReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
};

const unready = async (url: string): Promise<string> => {
  try {
    return await (await fetch(`${url}/health/ready`)).text();
  } catch (error) {
    return String(error);
  }
};
