import { rebuildWindows } from '@nextcart/clickhouse';
import { groups, topics } from '@nextcart/contracts';
import { createLogger, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkWindows } from './check-windows.ts';
import { type FaultSystem, startFaultSystem } from './fault-system.ts';
import { ingestCrashes, type Kills, killInRounds, scorerCrashes } from './kill-rounds.ts';
import { type Load, startLoad } from './load.ts';
import { readLog } from './read-log.ts';
import { judgeLog } from './reference-judge.ts';
import { untilCommitted } from './until.ts';
import { settle, verify } from './verify.ts';

const EVENTS_PER_SECOND = 300;

let system: FaultSystem;
let load: Load;
beforeAll(async () => {
  system = await startFaultSystem(11);
}, 240_000);
afterAll(() => system?.stop(), 120_000);

test('kill -9 of ingest and of the scorer under load, at every named point and between them, loses and doubles nothing', async () => {
  load = startLoad(system, EVENTS_PER_SECOND);
  let kills: Kills[];
  try {
    kills = await Promise.all([
      killInRounds(system, 'ingest', ingestCrashes),
      killInRounds(system, 'scorer', scorerCrashes),
    ]);
  } finally {
    await load.stop();
  }
  const verdict = await verify(system, load);
  console.log(
    JSON.stringify({
      kills,
      ...verdict,
      lost: verdict.lost.length,
      doubled: verdict.doubled.length,
      wrong: verdict.wrong.length,
    }),
  );
  expect(verdict).toMatchObject({ lost: [], doubled: [], wrong: [] });
  // the comparison was one of something
  expect(verdict.records).toBeGreaterThanOrEqual(load.sent());
  for (const outcome of ['accepted', 'duplicate', 'late', 'quarantined'])
    expect(verdict.outcomes[outcome], outcome).toBeGreaterThan(10);
  expect(verdict.subjects).toBeGreaterThan(200);
  expect(verdict.wholeLists).toBeGreaterThan(20);
}, 600_000);

test('a batch whose table was written and whose views were not is healed by the next start', async () => {
  const { store, ingest, scorer, sender, nextEvent, kafka } = system;
  await settle(system);
  await scorer.stop(); // its lists would come to the crash first
  await ingest.stop();
  const views = ['window_minutes_view', 'subject_events_mv'];
  const totals = async () =>
    (
      await store.query<{ rows: number; windows: number; subjects: number }>(
        `SELECT (SELECT count() FROM events WHERE outcome IN ('accepted', 'late') AND event_type != 'impression') AS rows,
           (SELECT sum(events) FROM window_minutes) AS windows, (SELECT count() FROM subject_events) AS subjects`,
      )
    )[0];
  const before = await totals();
  await sender.send(Array.from({ length: 400 }, nextEvent));
  for (const view of views) await store.command(`DETACH TABLE ${view} SYNC`);
  ingest.start({ INGEST_CRASH_AT: 'inserted:1' });
  await ingest.crashed(120_000);
  for (const view of views) await store.command(`ATTACH TABLE ${view}`);
  const between = await totals();
  expect(between?.rows).toBeGreaterThan(Number(before?.rows));
  expect(between).toMatchObject({ windows: before?.windows, subjects: before?.subjects });
  ingest.start();
  scorer.start();
  await untilCommitted(kafka, groups.ingestEvents);
  const after = await verify(system, load);
  expect(after).toMatchObject({ lost: [], doubled: [], wrong: [] });
  const { rows, subjects } = (await totals()) ?? {};
  expect(subjects).toBe(rows);
}, 300_000);

test('the comparison sees windows whose money or dimension is another, and none once they are made again', async () => {
  const { store, kafka, sender, nextEvent, schemas } = system;
  await sender.send(Array.from({ length: 2000 }, nextEvent));
  await settle(system);
  const judged = judgeLog(await readLog(kafka, topics.events.name), schemas);
  const differences = () => checkWindows(store, judged, system);
  expect(await differences()).toEqual([]);
  const done = { mutations_sync: '1' } as const;
  for (const currency of ['EUR', 'USD', 'GBP']) {
    const before = (await differences()).length;
    await store.command(
      `ALTER TABLE window_minutes UPDATE base_amount = base_amount + toDecimal128('0.0001', 4)
       WHERE currency = '${currency}'`,
      {},
      done,
    );
    expect((await differences()).length, currency).toBeGreaterThan(before);
  }
  for (const column of ['category', 'brand', 'query']) {
    const [value] = await store.query<{ moved: string }>(
      `SELECT min(${column}) AS moved FROM window_hours WHERE ${column} NOT IN ('', 'another')`,
    );
    const where = `WHERE ${column} = {moved:String}`;
    await store.command(
      `INSERT INTO window_hours SELECT * REPLACE ('another' AS ${column}) FROM (SELECT * FROM window_hours ${where})`,
      { ...value },
    );
    await store.command(`ALTER TABLE window_hours DELETE ${where}`, { ...value }, done);
    const told = (await differences()).filter((text) => text.startsWith('window_hours'));
    expect(
      told.some((text) => text.includes(`|${value?.moved}|`) && text.includes(': nothing, should be ')),
      column,
    ).toBe(true);
    expect(
      told.some((text) => text.includes('|another|') && text.endsWith('should be nothing')),
      column,
    ).toBe(true);
  }
  await rebuildWindows(store, { log: createLogger('faults', 'silent'), clock: systemClock });
  expect(await differences()).toEqual([]);
}, 300_000);
