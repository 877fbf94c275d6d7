import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HOST } from '../ports.ts';
import type { ServerContext } from '../server-context.ts';
import { type Supervised, supervise } from '../supervise.ts';
import { clickhouseConfig, clickhouseUsers } from './config.ts';

/**
 * Inserts and merges come in bursts of a core each, which nothing that a list waits for should share; questions for cold
 * customers are waited for, and should not be the last either (docs/decisions/0015-who-stands-back.md).
 */
const STORE_NICE = 5;
const READY_TIMEOUT_MS = 60_000; // 0.1–0.5 s alone; busy machines and big data folders take longer
const STOP_TIMEOUT_MS = 20_000;
const PROBE_TIMEOUT_MS = 2000;

/** The engine in a Node process of its own, kept running: a restart takes half a second and has lost nothing. */
export const createClickhouse = (context: ServerContext): Supervised => {
  const dir = join(context.dataDir, 'clickhouse');
  const data = join(dir, 'data');
  mkdirSync(data, { recursive: true });
  const config = join(dir, 'config.xml');
  const users = join(dir, 'users.xml');
  writeFileSync(
    config,
    clickhouseConfig({ logFile: join(context.logsDir, 'clickhouse-engine.log'), usersFile: users }),
  );
  writeFileSync(users, clickhouseUsers());
  return supervise(
    {
      name: 'clickhouse',
      command: process.execPath,
      args: [
        fileURLToPath(new URL('./server.ts', import.meta.url)),
        '--path',
        data,
        '--config',
        config,
        '--port',
        String(context.ports.clickhouse),
      ],
      env: context.env,
      cwd: dir,
      logFile: join(context.logsDir, 'clickhouse.log'),
      nice: STORE_NICE,
      isReady: () => isOurs(context.ports.clickhouse, realpathSync(data)),
      readyTimeoutMs: READY_TIMEOUT_MS,
      stopTimeoutMs: STOP_TIMEOUT_MS,
      cure: 'If its data is damaged, start with --fresh; or name a server in CLICKHOUSE_URL.',
    },
    context.pids,
    context.log,
  );
};

export const clickhouseUrl = (port: number): string => `http://nextcart:nextcart@${HOST}:${port}/nextcart`;

/** The server that answers must be the one on our data, not some other ClickHouse that took the port. */
const isOurs = async (port: number, data: string): Promise<boolean> => {
  try {
    const response = await fetch(`http://${HOST}:${port}/?user=nextcart&password=nextcart&database=nextcart`, {
      method: 'POST',
      headers: { connection: 'close' },
      body: "SELECT path FROM system.disks WHERE name = 'default' FORMAT TSV",
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    return response.ok && (await response.text()).trim().replace(/\/$/, '') === data;
  } catch {
    return false;
  }
};
