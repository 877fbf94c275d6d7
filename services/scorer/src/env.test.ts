import { expect, test } from 'vitest';
import { optionsOf, readEnv } from './env.ts';

const servers = {
  KAFKA_BROKERS: '127.0.0.1:9092',
  CLICKHOUSE_URL: 'http://127.0.0.1:8123/nextcart',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:8081',
};

test('only the servers must be named', () => {
  expect(optionsOf(readEnv(servers))).toMatchObject({ maxSubjects: 500_000, listTtlMs: 86_400_000 });
});

test('lists that would expire before their turn comes are refused, with what would be lost', () => {
  expect(() => readEnv({ ...servers, LIST_TTL: '60', SCORER_REFRESH_PER_SECOND: '10' })).toThrow(/expire/);
});

test("a category's days until a bought item may come back are JSON, and what is none is refused with an example", () => {
  const days = (text: string) => readEnv({ ...servers, SCORER_REPURCHASE_DAYS: text });
  const options = optionsOf(days('{"Groceries":0,"Home > Lamps":365}'));
  expect(options.configuration?.repurchaseDaysByCategory).toEqual({ Groceries: 0, 'Home > Lamps': 365 });
  const inOrder = (text: string) => Object.keys(optionsOf(days(text)).configuration?.repurchaseDaysByCategory ?? {});
  expect(inOrder('{"b":1,"a":2}')).toEqual(['a', 'b']);
  expect(() => days(JSON.stringify({ ['x'.repeat(1000)]: 1 }))).toThrow(/at most 1000/);
  for (const text of ['Groceries=0', '{"Groceries":-1}', '{"Groceries":"none"}', '[1]', ''])
    expect(() => days(text), text).toThrow(/SCORER_REPURCHASE_DAYS: takes whole days by category as JSON, such as/);
});
