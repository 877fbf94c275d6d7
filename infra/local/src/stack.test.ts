import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { provisionStack } from './stack.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'nextcart-stopped-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

/** Told to stop before it has looked for ports. */
const stopped = async (dataDir: string, fresh = false): Promise<void> => {
  const [abort, env] = [new AbortController(), { PATH: process.env['PATH'], NEXTCART_CACHE: join(parent, 'cache') }];
  const start = provisionStack({ dataDir, env, fresh, signal: abort.signal, log: () => {} });
  abort.abort(new Error('told to stop'));
  const stack = await start.catch((error: Error) => error);
  if (!(stack instanceof Error)) await stack.stop();
  expect(stack).toMatchObject({ message: 'told to stop' });
};

test('a start that is stopped before its servers leaves no folder that it made', async () => {
  await stopped(join(parent, 'new', 'data'));
  expect(existsSync(join(parent, 'new'))).toBe(false);
  expect(existsSync(join(parent, 'cache'))).toBe(false);
});

test('what another start has begun beside it stays', async () => {
  const start = stopped(join(parent, 'new', 'data'));
  mkdirSync(join(parent, 'new', 'other'));
  await start;
  expect(readdirSync(join(parent, 'new'))).toEqual(['other']);
});

test('of a folder that was there it is no owner any more, and all in it is as before', async () => {
  const ports = '{"kafka":20001}';
  writeFileSync(join(parent, 'ports.json'), ports);
  await stopped(parent);
  expect(readdirSync(parent)).toEqual(['pids', 'ports.json']);
  expect(readdirSync(join(parent, 'pids'))).toEqual([]);
  expect(readFileSync(join(parent, 'ports.json'), 'utf8')).toBe(ports);
});

test('a fresh start that is stopped so early has deleted nothing', async () => {
  writeFileSync(join(parent, 'ports.json'), '{}');
  mkdirSync(join(parent, 'kafka'));
  await stopped(parent, true);
  expect(readdirSync(parent)).toContain('kafka');
});
