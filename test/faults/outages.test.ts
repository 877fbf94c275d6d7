import { topics } from '@nextcart/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultSystem, startFaultSystem } from './fault-system.ts';
import { type Load, startLoad } from './load.ts';
import { allWell, endure, goOn, says, withoutServer } from './outage.ts';
import { NEWER_EVENTS } from './unasked-schema.ts';
import { until } from './until.ts';
import { describeVerdict, verify } from './verify.ts';

const EVENTS_PER_SECOND = 200;
/** Of the broker and of ClickHouse, as promise 7 has it. */
const LONG_MS = 20_000;
/** What waits does not know for how long; `npm run bench -- faults` has every server away for 20 s. */
const SHORT_MS = 8000;

let system: FaultSystem;
let load: Load;
beforeAll(async () => {
  system = await startFaultSystem(12);
  load = startLoad(system, EVENTS_PER_SECOND);
  await goOn(system);
}, 240_000);
afterAll(() => system?.stop(), 120_000);

test('while the broker is away ingest and scorer say so in health and log, and afterwards they go on', async () => {
  await endure(system, 'kafka', LONG_MS);
}, 300_000);

test('while ClickHouse is away ingest and scorer say so, and customers whom the scorer knows still get lists', async () => {
  const listsSoFar = async () =>
    (await system.kafka.admin.offsets(topics.recommendations.name)).reduce((sum, { end }) => sum + end, 0);
  await endure(system, 'clickhouse', LONG_MS, async () => {
    const before = await listsSoFar();
    await until('lists', async () => ((await listsSoFar()) > before + 20 ? true : null), 60_000);
  });
}, 300_000);

test('while the registry is away, events of a schema that nobody has asked for wait, and are read afterwards', async () => {
  await endure(system, 'registry', SHORT_MS);
}, 300_000);

test('nothing of the path from event to list needs Redis', async () => {
  await endure(system, 'redis', SHORT_MS);
}, 300_000);

test('after all outages every record has its row, every window its sum and every customer the right list', async () => {
  await load.stop();
  const verdict = await verify(system, load);
  const { lost, doubled, wrong, ...counts } = verdict;
  console.log(JSON.stringify({ ...counts, lost: lost.length, doubled: doubled.length, wrong: wrong.length }));
  expect(describeVerdict(verdict)).toEqual([]);
  expect(verdict.records).toBeGreaterThanOrEqual(load.sent());
  const { rows } = (
    await system.store.query<{ rows: number }>(
      "SELECT count() AS rows FROM events WHERE subject LIKE 'newer %' AND outcome IN ('accepted', 'late')",
    )
  )[0] ?? { rows: 0 };
  expect(Number(rows)).toBe(NEWER_EVENTS);
}, 300_000);

test('features says what it waits for while a server is away, and goes on', async () => {
  const { features } = system; // its snapshots change lists, so it comes after they were compared
  features.start();
  await features.ready();
  await withoutServer(system, 'clickhouse', SHORT_MS, says(features, /store|clickhouse/i));
  await allWell(features);
}, 300_000);
