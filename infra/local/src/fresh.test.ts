import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { provisionStack } from './stack.ts';

/** All servers are named, so that none is started. */
const env = {
  KAFKA_BROKERS: 'k:1',
  CLICKHOUSE_URL: 'http://c:1',
  REDIS_URL: 'redis://r:1',
  SCHEMA_REGISTRY_URL: 'http://s:1',
};
const provision = async (dataDir: string, fresh: boolean): Promise<void> =>
  (await provisionStack({ dataDir, env, fresh, log: () => {} })).stop();
const folderWith = (...names: string[]): string => {
  const dir = mkdtempSync(join(tmpdir(), 'nextcart-fresh-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const name of names) {
    mkdirSync(join(dir, name));
    writeFileSync(join(dir, name, 'kept.txt'), 'kept');
  }
  return dir;
};

test("a fresh start in somebody else's folder is refused, and nothing in it has changed", async () => {
  const dir = folderWith('logs', 'redis', 'src');
  await expect(provision(dir, true)).rejects.toThrow(/no stack has been here.*redis, logs/);
  expect(readdirSync(dir).sort()).toEqual(['logs', 'redis', 'src']);
  expect(existsSync(join(dir, 'logs', 'kept.txt'))).toBe(true);
});

test('a fresh start is free to begin where there is nothing of the kind, and forgets what a stack has written', async () => {
  const dir = folderWith('src');
  await provision(dir, true);
  for (const name of ['state', 'models']) mkdirSync(join(dir, name));
  writeFileSync(join(dir, 'logs', 'old.log'), '');
  await provision(dir, true);
  expect(readdirSync(dir).sort()).toEqual(['logs', 'pids', 'ports.json', 'src']);
  expect(readdirSync(join(dir, 'logs'))).toEqual([]);
});
