import { rebuildWindows } from '@nextcart/clickhouse';
import { topics } from '@nextcart/contracts';
import { createLogger, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkHistories } from './check-rows.ts';
import { checkWindows } from './check-windows.ts';
import { dieInView, filledViews } from './die-in-view.ts';
import { type FaultSystem, startFaultSystem } from './fault-system.ts';
import { type Kills, killUnderLoad } from './kill-rounds.ts';
import { type Load, startLoad } from './load.ts';
import { readLog } from './read-log.ts';
import { judgeLog } from './reference-judge.ts';
import { describeVerdict, firstOf, settle, verify } from './verify.ts';

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
    kills = await killUnderLoad(system, load);
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
  expect(describeVerdict(verdict)).toEqual([]);
  // the comparison was one of something
  expect(verdict.records).toBeGreaterThanOrEqual(load.sent());
  for (const outcome of ['accepted', 'duplicate', 'late', 'quarantined'])
    expect(verdict.outcomes[outcome], outcome).toBeGreaterThan(10);
  expect(verdict.subjects).toBeGreaterThan(200);
  expect(verdict.wholeLists).toBeGreaterThan(20);
}, 600_000);

test('ClickHouse killed between the table and each of its views, ingest with it or not: the next insert or start heals them', async () => {
  const { sender, nextEvent } = system;
  await settle(system);
  for (const view of filledViews) {
    await sender.send(Array.from({ length: 400 }, nextEvent));
    await dieInView(system, view, view === 'window_minutes_view');
  }
  expect(describeVerdict(await verify(system, load))).toEqual([]);
}, 300_000);

test('the comparison sees windows whose money or dimension is another, and none once they are made again', async () => {
  const { store, kafka, sender, nextEvent, schemas } = system;
  await sender.send(Array.from({ length: 2000 }, nextEvent));
  await settle(system);
  const judged = judgeLog(await readLog(kafka, topics.events.name), schemas);
  const differences = () => checkWindows(store, judged, system);
  expect(firstOf(await differences())).toEqual([]);
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
  expect(firstOf(await differences())).toEqual([]);
}, 300_000);

test('the comparison sees a record that its subject’s history has twice, and one that it lacks', async () => {
  const { store, kafka, schemas, topicId } = system;
  const judged = judgeLog(await readLog(kafka, topics.events.name), schemas);
  const histories = async () => {
    const { lost, doubled } = await checkHistories(store, topicId, judged);
    return { lost: firstOf(lost), doubled: firstOf(doubled) };
  };
  expect(await histories()).toEqual({ lost: [], doubled: [] });
  const [row] = await store.query<{ partition: number; offset: number }>(
    'SELECT partition, offset FROM subject_events ORDER BY partition, offset LIMIT 1',
  );
  const there = 'WHERE partition = {partition:UInt16} AND offset = {offset:UInt64}';
  const named = [`history ${row?.partition}:${row?.offset}`];
  await store.command(
    `INSERT INTO subject_events SELECT * FROM subject_events ${there}`,
    { ...row },
    { insert_deduplicate: 0 },
  );
  expect(await histories()).toEqual({ lost: [], doubled: named });
  await store.command(`ALTER TABLE subject_events DELETE ${there}`, { ...row }, { mutations_sync: '1' });
  expect(await histories()).toEqual({ lost: named, doubled: [] });
}, 60_000);
