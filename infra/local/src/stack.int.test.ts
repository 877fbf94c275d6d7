import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repoRoot } from './folders.ts';
import { askBroker, kafkaString } from './kafka/request.ts';
import { HOST, type Ports } from './ports.ts';
import { processIdentity } from './process-identity.ts';
import { provisionStack, type Stack } from './stack.ts';

/** One stack through its life: written to, killed, stopped, started on other ports, left behind, emptied. */
let dataDir: string;
let stack: Stack;
const said: string[] = [];
const { KAFKA_BROKERS: _k, CLICKHOUSE_URL: _c, REDIS_URL: _r, SCHEMA_REGISTRY_URL: _s, ...env } = process.env;
const provision = (fresh = false): Promise<Stack> =>
  provisionStack({ dataDir, env, fresh, log: (line) => said.push(line) });

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'nextcart-stack-'));
  stack = await provision();
});
afterAll(async () => {
  await stack.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const portOf = (address: string): number => Number(/:(\d+)(\/|$)/.exec(address.replace(/^\w+:\/\/.*@/, ''))?.[1]);
const sql = async (query: string): Promise<string> => {
  const response = await fetch(`http://${HOST}:${portOf(stack.urls.clickhouseUrl)}/`, {
    method: 'POST',
    headers: { 'x-clickhouse-user': 'nextcart', 'x-clickhouse-key': 'nextcart', 'x-clickhouse-database': 'nextcart' },
    body: query,
  });
  return (await response.text()).trim();
};
/** CreateTopics v2 → error code: 0 made, 36 there already. */
const createTopic = async (name: string): Promise<number | undefined> => {
  const one = Buffer.from([0, 0, 0, 1]);
  const shape = Buffer.from([0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]); // partitions, replicas, no assignments, no configs
  const timeoutAndFlag = Buffer.from([0, 0, 0x13, 0x88, 0]);
  const body = Buffer.concat([one, kafkaString(name), shape, timeoutAndFlag]);
  const answer = await askBroker(portOf(stack.urls.kafkaBrokers), 19, 2, body);
  return answer?.readInt16BE(4 + 4 + 2 + name.length); // throttle, count, name
};
const redis = async (...command: string[]): Promise<string> => {
  const socket = connect(portOf(stack.urls.redisUrl), HOST);
  socket.end(`${command.join(' ')}\r\nQUIT\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
};
const registry = async (path: string, body?: object): Promise<unknown> =>
  (
    await fetch(
      `${stack.urls.schemaRegistryUrl}${path}`,
      body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
    )
  ).json();
const occupy = (port: number): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer().listen(port, HOST, () => resolve(server));
  });

test('four servers answer in their own protocols', async () => {
  expect(await createTopic('kept')).toBe(0);
  await sql('CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n');
  await sql('INSERT INTO kept VALUES (1)');
  expect(await redis('SET', 'kept', 'yes')).toMatch(/^\+OK/);
  expect(await redis('CONFIG', 'GET', 'maxmemory-policy')).toMatch(/noeviction/);
  expect(await registry('/subjects/kept/versions', { schema: '"string"' })).toEqual({ id: 1 });
});

test('the profile of dashboards can read and not write', async () => {
  const as = (body: string): Promise<Response> =>
    fetch(`http://${HOST}:${portOf(stack.urls.clickhouseUrl)}/?user=grafana&password=grafana`, {
      method: 'POST',
      body,
    });
  expect(await (await as('SELECT count() FROM nextcart.kept')).text()).toBe('1\n');
  expect((await as('INSERT INTO nextcart.kept VALUES (2)')).ok).toBe(false);
});

test('each server that is killed comes back with what it held', async () => {
  for (const server of Object.values(stack.servers)) {
    const before = server.pid();
    await server.kill9();
    await server.ready();
    expect(server.pid()).not.toBe(before);
  }
  await expectKept();
});

test('a stop and a start keep the data, also where other processes have taken the ports meanwhile', async () => {
  const before = stack.urls;
  await stack.stop();
  const { kafka, kafkaController } = JSON.parse(readFileSync(join(dataDir, 'ports.json'), 'utf8')) as Ports;
  const strangers = [await occupy(kafka), await occupy(kafkaController)];
  try {
    stack = await provision();
  } finally {
    for (const stranger of strangers) stranger.close();
  }
  expect(stack.urls.kafkaBrokers).not.toBe(before.kafkaBrokers);
  expect({ ...stack.urls, kafkaBrokers: '' }).toEqual({ ...before, kafkaBrokers: '' });
  await expectKept();
});

/** A launcher whose servers run. The pipe of its output is closed. */
const launch = async () => {
  const launcher = spawn(
    process.execPath,
    [join(repoRoot, 'infra/local/src/main.ts'), '--servers-only', '--data-dir', dataDir],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const chunk of launcher.stdout) if (String(chunk).includes('Ctrl-C')) break;
  return launcher;
};

test('what a killed launcher left running is ended by the next start', async () => {
  await stack.stop();
  const launcher = await launch();
  launcher.kill('SIGKILL');
  await once(launcher, 'exit'); // until then it is there, and the folder is its own
  said.length = 0;
  stack = await provision();
  expect(said[0]).toBe('ended what an earlier start left running: clickhouse, kafka, redis, registry');
  await expectKept();
});

test('a launcher whose terminal is gone stops all of it in order', async () => {
  await stack.stop();
  const launcher = await launch(); // which hears that its pipe is closed when it says something
  launcher.kill('SIGHUP');
  await once(launcher, 'exit');
  const { exitCode } = launcher;
  said.length = 0;
  stack = await provision();
  expect(said.filter((line) => line.startsWith('ended what'))).toEqual([]);
  expect(exitCode).toBe(0);
  await expectKept();
});

test('a fresh start is empty', async () => {
  await stack.stop();
  stack = await provision(true);
  expect(await createTopic('kept')).toBe(0);
  expect(await sql('SHOW TABLES')).toBe('');
  expect(await redis('GET', 'kept')).toMatch(/^\$-1/);
  expect(await registry('/subjects')).toEqual([]);
});

test('servers that the environment names are used and not started', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'nextcart-stack-'));
  const { kafkaBrokers, clickhouseUrl } = stack.urls;
  const other = await provisionStack({
    dataDir: dir,
    env: { ...env, KAFKA_BROKERS: kafkaBrokers, CLICKHOUSE_URL: clickhouseUrl },
    log: () => {},
  });
  expect(Object.keys(other.servers).sort()).toEqual(['redis', 'registry']);
  expect(other.urls).toMatchObject({ kafkaBrokers, clickhouseUrl });
  const pid = other.servers.redis?.pid() as number;
  await other.stop();
  expect(processIdentity(pid)).toBeUndefined();
  rmSync(dir, { recursive: true });
});

const expectKept = async (): Promise<void> => {
  expect(await createTopic('kept')).toBe(36);
  expect(await sql('SELECT sum(n) FROM kept')).toBe('1');
  expect(await redis('GET', 'kept')).toMatch(/yes/);
  expect(await registry('/schemas/ids/1')).toEqual({ schema: '"string"' });
};
