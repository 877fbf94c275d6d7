import { copyFileSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { insertEvents } from './events-table.ts';
import { eventRow, log, TOPIC_ID } from './landing-rows.fixture.ts';
import { migrate } from './migrate.ts';
import { createStore, type Store } from './store.ts';
import { freshDatabase } from './testing.ts';

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await freshDatabase(inject('urls').clickhouseUrl, 'migrate');
  store = createStore({ url: database.url, log, clock: systemClock });
  drop = database.drop;
});
afterAll(async () => {
  await store.close();
  await drop();
});

const folder = (files: Record<string, string>): string => {
  const directory = mkdtempSync(join(tmpdir(), 'nextcart-sql-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
};
const ONE = 'CREATE TABLE IF NOT EXISTS one {{on_cluster}} (a Int8) ENGINE = {{replicated}}MergeTree ORDER BY a;\n';

test('files are applied once, in order; a new one is applied alone', async () => {
  const two = 'INSERT INTO one VALUES (1);\nINSERT INTO one VALUES (2);\n';
  const directory = folder({ '001_one.sql': ONE });
  expect(await migrate(store, { log, directory })).toEqual(['001_one.sql']);
  writeFileSync(join(directory, '002_two.sql'), two);
  expect(await migrate(store, { log, directory })).toEqual(['002_two.sql']);
  expect(await migrate(store, { log, directory })).toEqual([]);
  expect(await store.query('SELECT sum(a) AS a FROM one')).toEqual([{ a: 3 }]);
});

test('an applied file that has changed is an error that names it and the cure, and nothing is applied', async () => {
  const directory = folder({
    '001_one.sql': `${ONE}-- changed\n`,
    '003_three.sql': 'CREATE TABLE three (a Int8) ENGINE = Memory;',
  });
  await expect(migrate(store, { log, directory })).rejects.toThrow(/001_one\.sql.*new number/);
  expect(
    await store.query("SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'three'"),
  ).toEqual([]);
});

test('the house’s own files make all tables in an empty database', async () => {
  const database = await freshDatabase(inject('urls').clickhouseUrl, 'migrate');
  const own = createStore({ url: database.url, log, clock: systemClock });
  await migrate(own, { log });
  const rows = await own.query<{ name: string }>('SELECT name FROM system.tables WHERE database = currentDatabase()');
  expect(rows.map((row) => row.name)).toEqual(
    expect.arrayContaining(['events', 'subject_events', 'catalog', 'lists', 'migrations']),
  );
  await own.close();
  await database.drop();
});

/** A database with the files below a number. */
const storeBefore = async (number: string) => {
  const database = await freshDatabase(inject('urls').clickhouseUrl, 'migrate');
  const own = createStore({ url: database.url, log, clock: systemClock });
  const directory = folder({});
  const files = join(import.meta.dirname, '..', 'sql');
  for (const name of readdirSync(files).filter((file) => file < number))
    copyFileSync(join(files, name), join(directory, name));
  await migrate(own, { log, directory });
  const end = async () => {
    await own.close();
    await database.drop();
  };
  return { own, end };
};

test('impressions leave the rows of subjects where older files had let them in, and come in no more', async () => {
  const { own, end } = await storeBefore('170');
  const land = (from: number) => {
    const rows = [eventRow(from), eventRow(from + 1, { event_type: 'impression' })];
    return insertEvents(own, rows.length, rows, { token: `from ${from}` });
  };
  const offsets = async () =>
    (await own.query<{ offset: number }>('SELECT offset FROM subject_events ORDER BY offset')).map((row) => row.offset);
  await land(0);
  expect(await offsets()).toEqual([0, 1]);
  await migrate(own, { log });
  await land(2);
  expect(await offsets()).toEqual([0, 2]);
  await end();
});

test('lists of before file 180 read as they did, and an older ingest and ours both land theirs after it', async () => {
  const { own, end } = await storeBefore('180');
  const kept = { item_id: 'i1', score: 0.5, source: 'trending' };
  const whole = { ...kept, title: 'Tea', category: 'Tea', price: null, currency: null, reasons: [] };
  const land = (offset: number, items: object) =>
    own.insertRows('lists', [{ topic_id: TOPIC_ID, partition: 0, offset, outcome: 'accepted', ...items }], {
      token: `list ${offset}`,
    });
  const read = async () =>
    (
      await own.query<{ ids: string[]; scores: number[]; sources: string[] }>(
        'SELECT items.item_id AS ids, items.score AS scores, items.source AS sources FROM lists ORDER BY offset',
      )
    ).map(({ ids, scores, sources }) => [ids, scores, sources]);
  await land(0, { list_items: [whole] });
  await migrate(own, { log });
  await land(1, { list_items: [whole] });
  await land(2, { items: [kept] });
  expect(await read()).toEqual(Array(3).fill([['i1'], [0.5], ['trending']]));
  // one that ended before it was written down is applied once more
  await own.command("ALTER TABLE migrations DELETE WHERE name LIKE '180%'", {}, { mutations_sync: '1' });
  expect(await migrate(own, { log })).toEqual(['180_lists_trimmed.sql']);
  expect(await read()).toHaveLength(3);
  await end();
});

test('looks of before file 190 are those at the events’ log, and of the scorer nothing was known', async () => {
  const { own, end } = await storeBefore('190');
  const look = { at: '2026-11-24 12:00:00.000', topic_id: TOPIC_ID, partition: 0, end_offset: 5, next_offset: 4 };
  await own.insertRows('log_progress', [look]);
  await migrate(own, { log });
  await own.insertRows('log_progress', [look]); // a process of the version before
  expect(await own.query('SELECT topic, scorer_offset AS scorer FROM log_progress')).toEqual(
    Array(2).fill({ topic: 'behaviour-events.v1', scorer: null }),
  );
  await end();
});

test('a server that is not there is waited for, until the caller gives up', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const absent = createStore({ url: `http://127.0.0.1:${port}/nextcart`, log, clock: systemClock });
  await expect(migrate(absent, { log, signal: AbortSignal.timeout(400) })).rejects.toThrow(/abort|timeout/i);
  expect(await absent.ping()).toBe(false);
  await absent.close();
});
