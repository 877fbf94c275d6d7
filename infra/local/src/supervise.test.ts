import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createPidBook } from './pids.ts';
import { type Supervised, supervise } from './supervise.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const child = (script: string, options: { isReady?: () => Promise<boolean>; readyTimeoutMs?: number } = {}) => {
  const dir = mkdtempSync(join(tmpdir(), 'nextcart-supervise-'));
  const said: string[] = [];
  const supervised: Supervised = supervise(
    {
      name: 'thing',
      command: process.execPath,
      args: ['-e', `${script};setInterval(()=>{},1000)`],
      env: process.env,
      cwd: dir,
      logFile: join(dir, 'thing.log'),
      isReady: options.isReady ?? (async () => true),
      readyTimeoutMs: options.readyTimeoutMs ?? 5000,
      stopTimeoutMs: 300,
      cure: 'Try the other one.',
    },
    createPidBook(dir),
    (line) => said.push(line),
  );
  cleanUps.push(
    () => rmSync(dir, { recursive: true }),
    () => supervised.stop(),
  );
  return { supervised, said, pidFile: join(dir, 'pids', 'thing.json'), logFile: join(dir, 'thing.log') };
};

test('a child that is killed comes back, and that is said', async () => {
  const { supervised, said } = child('');
  await supervised.start();
  const first = supervised.pid();
  await supervised.kill9();
  expect(supervised.pid()).toBeUndefined();
  await supervised.ready();
  expect(supervised.pid()).not.toBe(first);
  expect(said).toEqual(['thing ended (SIGKILL): starting it again in 0.5 s']);
});

test('a child that dies while nothing can be written comes back all the same', async () => {
  const { supervised, said, pidFile, logFile } = child('');
  await supervised.start();
  mkdirSync(`${pidFile}.new`); // what writing to a full disk does: it fails
  rmSync(logFile);
  mkdirSync(logFile);
  await supervised.kill9();
  await expect.poll(() => said.length, { timeout: 3000 }).toBe(2);
  expect(said[1]).toMatch(/thing ended \(.*EISDIR.*starting it again in 1 s/);
  rmdirSync(logFile);
  await supervised.ready();
  expect(said[2]).toMatch(/thing: its pid \d+ could not be written down \(.*EISDIR/);
  await supervised.stop();
  expect(supervised.pid()).toBeUndefined();
});

test('a child that is killed to stay down stays down until it is restarted', async () => {
  const { supervised } = child('');
  await supervised.start();
  await supervised.kill9({ stayDown: true });
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(supervised.pid()).toBeUndefined();
  await supervised.restart();
  expect(supervised.pid()).toBeDefined();
});

test('stop ends also a child that ignores SIGTERM, forgets its pid and starts no other', async () => {
  const { supervised, said, pidFile } = child("process.on('SIGTERM',()=>{})");
  await supervised.start();
  expect(existsSync(pidFile)).toBe(true);
  await supervised.stop();
  expect([supervised.pid(), existsSync(pidFile), said]).toEqual([undefined, false, []]);
});

test('stop during the pause before a restart prevents the restart', async () => {
  const { supervised } = child('');
  await supervised.start();
  await supervised.kill9();
  await supervised.stop();
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(supervised.pid()).toBeUndefined();
});

test('a child that is stopped while it starts, and still answers, does not come back', async () => {
  const { supervised, said } = child("process.on('SIGTERM',()=>setTimeout(()=>process.exit(0),150))", {
    isReady: () => new Promise((resolve) => setTimeout(() => resolve(true), 100)),
  });
  const stopSoon = new Promise((resolve) => setTimeout(resolve, 50)).then(() => supervised.stop());
  await expect(supervised.start()).rejects.toThrow(/stopped while it started/);
  await stopSoon;
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect([supervised.pid(), said]).toEqual([undefined, []]);
});

test('a child that dies while starting is an error with the tail of its log and the cure', async () => {
  const { supervised } = child("console.log('port 1 is taken');process.exit(3)", { isReady: async () => false });
  await expect(supervised.start()).rejects.toThrow(/ended while starting.*Try the other one[^]*port 1 is taken/);
});

test('a child that never answers is ended after its time', async () => {
  const { supervised } = child('', { isReady: async () => false, readyTimeoutMs: 200 });
  await expect(supervised.start()).rejects.toThrow(/did not answer within 0.2 s/);
  expect(supervised.pid()).toBeUndefined();
});

test('a command that does not exist is an error, not a crash of the launcher', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'nextcart-supervise-'));
  cleanUps.push(() => rmSync(dir, { recursive: true }));
  const nothing = supervise(
    {
      name: 'nothing',
      command: 'nextcart-no-such-command',
      args: [],
      env: process.env,
      cwd: dir,
      logFile: join(dir, 'nothing.log'),
      isReady: async () => true,
      readyTimeoutMs: 2000,
      stopTimeoutMs: 300,
      cure: 'Install it.',
    },
    createPidBook(dir),
    () => {},
  );
  await expect(nothing.start()).rejects.toThrow(/Install it/);
});

test('a second stop does not hurry the first: the child is asked once, and ends in its own order', async () => {
  const { supervised, logFile } = child(
    "process.once('SIGTERM',()=>{console.log('asked');setTimeout(()=>{console.log('done');process.exit()},200)});console.log('up')",
  );
  await supervised.start();
  await expect.poll(() => readFileSync(logFile, 'utf8')).toContain('up');
  const first = supervised.stop();
  await expect.poll(() => readFileSync(logFile, 'utf8'), { interval: 5 }).toContain('asked');
  await Promise.all([first, supervised.stop()]);
  expect(readFileSync(logFile, 'utf8')).toContain('done');
});
