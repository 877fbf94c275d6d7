import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { sweepAbandoned } from './abandoned.ts';
import { createPidBook } from './pids.ts';
import { processIdentity } from './process-identity.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'nextcart-pids-'));
  cleanUps.push(() => rmSync(dir, { recursive: true }));
  return dir;
};
const run = async (script: string): Promise<ChildProcess & { readonly pid: number }> => {
  const child = spawn(process.execPath, ['-e', `${script};console.log(1);setInterval(()=>{},1000)`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUps.push(() => child.kill('SIGKILL'));
  if (child.stdout !== null) await once(child.stdout, 'data');
  return Object.assign(child, { pid: child.pid as number });
};

test('what an earlier start left running is ended, and said', async () => {
  const dir = folder();
  const child = await run('');
  createPidBook(dir).record('redis', child.pid);
  expect(await createPidBook(dir).endLeftovers(5000)).toEqual(['redis']);
  expect(child.signalCode ?? (await once(child, 'exit'))[1]).toBe('SIGTERM');
  expect(readdirSync(join(dir, 'pids'))).toEqual([]);
});

test('a leftover that ignores SIGTERM is killed', async () => {
  const dir = folder();
  const child = await run("process.on('SIGTERM',()=>{})");
  createPidBook(dir).record('kafka', child.pid);
  await createPidBook(dir).endLeftovers(200);
  expect(child.signalCode ?? (await once(child, 'exit'))[1]).toBe('SIGKILL');
});

test('a later process that got the same number is left alone', async () => {
  const dir = folder();
  const child = await run('');
  const book = createPidBook(dir);
  book.record('redis', child.pid);
  const file = join(dir, 'pids', 'redis.json');
  const entry = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...entry, identity: 'an earlier start time' }));
  expect(await book.endLeftovers(5000)).toEqual([]);
  expect(processIdentity(child.pid)).toBeDefined();
});

test('a data folder that another live process uses is refused with its pid', async () => {
  const dir = folder();
  const other = await run('');
  createPidBook(dir).record('owner', other.pid);
  expect(() => createPidBook(dir).takeOwnership()).toThrow(String(other.pid));
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(() => createPidBook(dir).takeOwnership()).not.toThrow();
});

test('a dead process has no identity', async () => {
  const child = await run('');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processIdentity(child.pid)).toBeUndefined();
});

test('a temporary stack whose launcher was killed is ended and removed, one in use is not', async () => {
  const parent = folder();
  const [launcher, server, orphan] = [await run(''), await run(''), await run('')];
  const used = createPidBook(join(parent, 'stack-used'));
  used.record('owner', launcher.pid);
  used.record('redis', server.pid);
  createPidBook(join(parent, 'stack-abandoned')).record('redis', orphan.pid);
  createPidBook(join(parent, 'other'));
  await sweepAbandoned(parent, 'stack-', 0);
  expect(readdirSync(parent).sort()).toEqual(['other', 'stack-used']);
  expect(processIdentity(server.pid)).toBeDefined();
  expect(processIdentity(orphan.pid)).toBeUndefined();
});
