import { expect, test } from 'vitest';
import { z } from 'zod';
import { clickhouseConnection, clickhouseEnv } from './env.ts';

const shape = z.object(clickhouseEnv);

test('a URL without a database is refused with the cure', () => {
  const answer = shape.safeParse({ CLICKHOUSE_URL: 'http://u:p@host:8123' });
  expect(answer.success).toBe(false);
  expect(answer.error?.issues[0]?.message).toMatch(/names no database/);
});

test('a cluster’s name can’t carry SQL', () => {
  expect(shape.safeParse({ CLICKHOUSE_URL: 'http://h:1/d', CLICKHOUSE_CLUSTER: "a' ;" }).success).toBe(false);
});

test('what is not set is not passed on', () => {
  const env = shape.parse({ CLICKHOUSE_URL: 'https://h:8443/d', CLICKHOUSE_CA_FILE: 'ca.pem' });
  expect(clickhouseConnection(env)).toEqual({ url: 'https://h:8443/d', caFile: 'ca.pem' });
});
