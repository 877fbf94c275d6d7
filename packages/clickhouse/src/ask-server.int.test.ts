import { createLogger, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createStore, type Store } from './store.ts';

const storeAt = (url: string, requestTimeoutMs = 10_000): Store =>
  createStore({ url, log: createLogger('test', 'silent'), clock: systemClock, requestTimeoutMs });
let store: Store;
beforeAll(() => {
  store = storeAt(inject('urls').clickhouseUrl);
});
afterAll(() => store.close());

test('rows come as a query has them: texts with line ends and quotes, 64-bit integers, settings, no rows', async () => {
  const sql = String.raw`SELECT number AS n, concat('a\n"b\\', toString(number)) AS text, getSetting('max_threads') AS threads FROM numbers(3)`;
  const rows = await store.ask(sql, { max_threads: 1 });
  expect(rows).toEqual(await store.query(sql, {}, { max_threads: 1 }));
  expect(rows[2]).toEqual({ n: 2, text: 'a\n"b\\2', threads: 1 });
  expect(await store.ask('SELECT 1 WHERE 0')).toEqual([]);
});

test('many at once are answered each its own', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => store.ask(`SELECT ${i} AS i`)));
  expect(answers).toEqual(Array.from({ length: 40 }, (_, i) => [{ i }]));
});

test('a server that refuses says why, also where it fails in the middle; the next question is answered', async () => {
  await expect(store.ask('SELECT nonsense')).rejects.toMatchObject({
    code: 'store_refused',
    context: { type: 'UNKNOWN_IDENTIFIER' },
  });
  const late = 'SELECT throwIf(number = 200000) FROM numbers(300000)';
  await expect(store.ask(late, { max_block_size: '1000' })).rejects.toMatchObject({ code: 'store_refused' });
  expect(await store.ask('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('no server, a wrong password and a server that is silent may be asked again, unchanged', async () => {
  const url = new URL(inject('urls').clickhouseUrl);
  const wrong = new URL(url);
  wrong.password = 'wrong';
  const away = storeAt('http://127.0.0.1:9/nextcart');
  const stranger = storeAt(wrong.href);
  const hasty = storeAt(url.href, 200);
  await expect(away.ask('SELECT 1')).rejects.toMatchObject({ code: 'store_unavailable', retry: true });
  await expect(stranger.ask('SELECT 1')).rejects.toMatchObject({ code: 'store_unavailable' });
  await expect(hasty.ask('SELECT sleep(1)')).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('no answer within 0.2 s'),
  });
  for (const each of [away, stranger, hasty]) await each.close();
});
