import { createStore } from '@nextcart/clickhouse';
import { freshDatabase, migratedStore } from '@nextcart/clickhouse/testing';
import { createRegistryClient } from '@nextcart/kafka';
import { createLogger, systemClock } from '@nextcart/runtime';
import { expect, inject, onTestFinished, test } from 'vitest';
import { checkBrokers, checkRedis, checkRegistry, checkStore } from './check-servers.ts';
import { checkMigrations, checkSplitSubjects } from './check-store.ts';

const urls = inject('urls');
const log = createLogger('test', 'error');
const clock = systemClock;
const TOPIC = '33333333-3333-4333-8333-333333333333';

test('the four servers of this run are reachable, and a wrong password is not', async () => {
  const open = (url: string) => {
    const store = createStore({ url, log, clock });
    onTestFinished(() => store.close());
    return () => store;
  };
  const wrong = new URL(urls.clickhouseUrl);
  wrong.password = 'wrong';
  expect(await checkBrokers(urls.kafkaBrokers.split(','))).toMatchObject([{ ok: true }]);
  expect(await checkRedis(urls.redisUrl)).toMatchObject([{ ok: true }]);
  expect(await checkStore(open(urls.clickhouseUrl), urls.clickhouseUrl)).toMatchObject({ ok: true });
  expect(await checkStore(open(wrong.href), wrong.href)).toMatchObject({
    ok: false,
    cure: expect.stringContaining('password'),
  });
  const registry = () => createRegistryClient({ url: urls.schemaRegistryUrl, log, clock });
  expect(await checkRegistry(registry, urls.schemaRegistryUrl)).toMatchObject({ ok: true });
});

test('a database without tables is told to be set up, one with a changed migration to be mended', async () => {
  const empty = await freshDatabase(urls.clickhouseUrl, 'doctor');
  const store = createStore({ url: empty.url, log, clock });
  onTestFinished(async () => {
    await store.close();
    await empty.drop();
  });
  expect(await checkMigrations(store)).toMatchObject([
    { ok: false, detail: expect.stringContaining('001_events.sql'), cure: 'run `nextcart setup`' },
  ]);
  const full = await migratedStore(urls.clickhouseUrl, 'doctor');
  onTestFinished(() => full.drop());
  expect(await checkMigrations(full.store)).toMatchObject([{ ok: true }]);
  await full.store.command(
    "ALTER TABLE migrations UPDATE checksum = 'x' WHERE name = '001_events.sql'",
    {},
    { mutations_sync: '1' },
  );
  expect(await checkMigrations(full.store)).toMatchObject([
    { ok: false, detail: 'applied in another wording: 001_events.sql' },
  ]);
});

test('a subject in two partitions raises the alarm that names the partitioner; of another topic it does not', async () => {
  const { store, drop } = await migratedStore(urls.clickhouseUrl, 'doctor');
  onTestFinished(() => drop());
  const row = (topic_id: string, partition: number, offset: number, user_id: string) => ({
    ...{ topic_id, partition, offset, user_id, outcome: 'accepted', event_type: 'view', item_id: 'i' },
  });
  await store.insertRows('events', [row(TOPIC, 0, 0, 'ann'), row(TOPIC, 1, 0, 'bob'), row(TOPIC, 0, 1, 'ann')]);
  await store.insertRows('events', [row('44444444-4444-4444-8444-444444444444', 1, 1, 'ann')]);
  expect(await checkSplitSubjects(store, TOPIC)).toMatchObject([{ ok: true, detail: 'none' }]);
  await store.insertRows('events', [row(TOPIC, 3, 5, 'bob')]);
  expect(await checkSplitSubjects(store, TOPIC)).toMatchObject([
    {
      ok: false,
      detail: "1, such as 'bob' in partitions 1 and 3",
      cure: expect.stringContaining('murmur2'),
    },
  ]);
});
