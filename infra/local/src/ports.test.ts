import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { choosePort, choosePorts, HOST } from './ports.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'nextcart-ports-'));
  cleanUps.push(() => rmSync(dir, { recursive: true }));
  return dir;
};
const occupy = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    cleanUps.push(() => server.close());
    server.once('error', reject);
    server.listen(port, HOST, () => resolve(server));
  });

test('the preferred port is taken where it is free', async () => {
  const free = await choosePort(undefined, new Set());
  expect(await choosePort(free, new Set())).toBe(free);
});

test('a port that another process listens on, or that is promised already, is passed over', async () => {
  const port = await choosePort(undefined, new Set());
  expect(await choosePort(port, new Set([port]))).not.toBe(port);
  await occupy(port);
  expect(await choosePort(port, new Set())).not.toBe(port);
});

test('a stack keeps its ports, and only the one that was taken meanwhile changes', async () => {
  const dir = folder();
  const first = await choosePorts(dir, false);
  expect(await choosePorts(dir, false)).toEqual(first);
  await occupy(first.redis);
  const { redis, ...others } = await choosePorts(dir, false);
  expect(redis).not.toBe(first.redis);
  expect({ ...others, redis: first.redis }).toEqual(first);
  expect(JSON.parse(readFileSync(join(dir, 'ports.json'), 'utf8'))).toEqual({ ...others, redis });
});

test('no two servers get the same port', async () => {
  const ports = Object.values(await choosePorts(folder(), false));
  expect(new Set(ports).size).toBe(ports.length);
});

const OUTGOING = '/proc/sys/net/ipv4/ip_local_port_range';
test('a free port is none that the system may give to an outgoing connection before a server listens on it', async (context) => {
  if (!existsSync(OUTGOING)) return context.skip('only Linux says which these are');
  const first = Number.parseInt(readFileSync(OUTGOING, 'utf8'), 10);
  for (const port of Object.values(await choosePorts(folder(), false))) expect(port).toBeLessThan(first);
});
