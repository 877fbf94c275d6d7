import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repoRoot } from './folders.ts';
import { createPidBook } from './pids.ts';
import { processIdentity } from './process-identity.ts';
import { readStackFile } from './stack-file.ts';

/** `npm start` from the first line to the last, over a data set of three lines. */
const LINES = [
  'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country',
  '1,22139,TEA,6,2010-12-01 08:26:00,2.55,17850,United Kingdom',
  '1,22140,CUP,1,2010-12-01 08:26:00,4.00,17850,United Kingdom',
  'C2,22139,TEA,-1,2010-12-01 09:41:00,2.55,17850,United Kingdom',
];
const { KAFKA_BROKERS: _k, CLICKHOUSE_URL: _c, REDIS_URL: _r, SCHEMA_REGISTRY_URL: _s, ...env } = process.env;
let dataDir: string;
let launcher: ChildProcess;
let said = '';

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'nextcart-start-'));
  const file = join(dataDir, 'retail.csv');
  writeFileSync(file, `${LINES.join('\n')}\n`);
  // without a terminal there is no live list, also without --quiet
  const options = ['--data-dir', dataDir, '--source', 'online-retail', '--file', file];
  launcher = spawn(process.execPath, [join(repoRoot, 'infra/local/src/main.ts'), ...options], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  launcher.stdout?.on('data', (data) => {
    said += String(data);
  });
});
afterAll(async () => {
  if (launcher.exitCode === null) {
    launcher.kill('SIGKILL');
    await once(launcher, 'exit');
  }
  await createPidBook(dataDir).endLeftovers(10_000);
  rmSync(dataDir, { recursive: true, force: true });
});

const pids = (): Map<string, number> => {
  const folder = join(dataDir, 'pids');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return new Map(
    files.map((file) => [
      file.slice(0, -5),
      (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { pid: number }).pid,
    ]),
  );
};

test('servers and services come up, the addresses are told, and all events are sent', {
  timeout: 240_000,
}, async () => {
  await expect
    .poll(() => (launcher.exitCode === null ? said : `it ended: ${said}`), { timeout: 200_000, interval: 500 })
    .toMatch(/all events are sent[^]*Ctrl-C|Ctrl-C[^]*all events are sent/);
  const services = ['features', 'ingest', 'scorer', 'trainer'];
  expect(Object.keys(readStackFile(dataDir)?.services ?? {}).toSorted()).toEqual(services);
  for (const url of Object.values(readStackFile(dataDir)?.services ?? {})) expect(said).toContain(`${url}/health`);
  expect([...pids().keys()].toSorted()).toEqual(
    [...services, 'clickhouse', 'kafka', 'owner', 'redis', 'registry'].toSorted(),
  );
});

test('where no person looks the status is printed, and says how far the data set is', async () => {
  await expect
    .poll(() => said, { timeout: 30_000, interval: 500 })
    .toMatch(/scorer up · .*trainer up · 3 events · \d+ lists\n {2}sent 2 items; all 3 events are sent\n/);
});

test('Ctrl-C stops what makes events first and the servers last, and leaves no process and no address behind', async () => {
  const running = [...pids().values()];
  launcher.kill('SIGINT');
  await once(launcher, 'exit');
  expect(launcher.exitCode).toBe(0);
  expect([...said.matchAll(/stopping (\w+)/g)].map(([, name]) => name)).toEqual([
    'events',
    'trainer',
    'scorer',
    'features',
    'ingest',
    'addresses',
    'servers',
  ]);
  expect(running.filter((pid) => processIdentity(pid) !== undefined)).toEqual([]);
  expect(pids().size).toBe(0);
  expect(readStackFile(dataDir)).toBeNull();
});
