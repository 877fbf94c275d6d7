import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readStackFile, removeStackFile, writeStackFile } from './stack-file.ts';
import { stackEnv, urlsFromEnv } from './urls.ts';

const urls = {
  kafkaBrokers: '127.0.0.1:1',
  clickhouseUrl: 'http://nextcart:nextcart@127.0.0.1:2/nextcart',
  redisUrl: 'redis://127.0.0.1:3',
  schemaRegistryUrl: 'http://127.0.0.1:4',
};

test('addresses go through the environment and come back', () => {
  expect(urlsFromEnv(stackEnv(urls))).toEqual(urls);
});

test('an empty variable names no server', () => {
  expect(urlsFromEnv({ KAFKA_BROKERS: '', REDIS_URL: 'redis://elsewhere' })).toEqual({ redisUrl: 'redis://elsewhere' });
});

test('a stack file is read as it was written; none, or a damaged one, is no stack', () => {
  const dir = mkdtempSync(join(tmpdir(), 'nextcart-file-'));
  const stack = { ...urls, pid: 1, services: { scorer: 'http://127.0.0.1:5' } };
  writeStackFile(dir, stack);
  expect(readStackFile(dir)).toEqual(stack);
  writeFileSync(join(dir, 'stack.json'), '{"pid":');
  expect(readStackFile(dir)).toBeNull();
  removeStackFile(dir);
  expect(readStackFile(dir)).toBeNull();
  rmSync(dir, { recursive: true });
});
