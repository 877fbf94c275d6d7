import { randomUUID } from 'node:crypto';
import {
  avroType,
  type BehaviourEvent,
  CLOCK_HEADER,
  createCodec,
  registrySubject,
  schemaText,
  topics,
  wireEncode,
} from '@nextcart/contracts';
import type { ServerName } from '@nextcart/local';
import { systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultSystem, startFaultSystem } from './fault-system.ts';
import { type Load, startLoad } from './load.ts';
import { allWell, goOn, says, withoutServer } from './outage.ts';
import { until } from './until.ts';
import { verify } from './verify.ts';

const EVENTS_PER_SECOND = 200;
/** `npm run bench -- faults` takes 20 s; what waits does not know for how long, so eight show the same. */
const OUTAGE_MS = 8000;

let system: FaultSystem;
let load: Load;
beforeAll(async () => {
  system = await startFaultSystem(12);
  load = startLoad(system, EVENTS_PER_SECOND);
}, 240_000);
afterAll(() => system?.stop(), 120_000);

const without = (name: ServerName, during: () => Promise<unknown>): Promise<void> =>
  withoutServer(system, name, OUTAGE_MS, during);

test('while the broker is away ingest and scorer say so in health and log, and afterwards they go on', async () => {
  const { ingest, scorer } = system;
  await goOn(system);
  const both = [ingest, scorer].map((service) => says(service, /broker|kafka|connect/i));
  await without('kafka', () => Promise.all(both.map((told) => told())));
  await goOn(system);
}, 300_000);

test('while ClickHouse is away ingest and scorer say so, and customers whom the scorer knows still get lists', async () => {
  const { ingest, scorer, kafka } = system;
  await goOn(system);
  const listsSoFar = async () =>
    (await kafka.admin.offsets(topics.recommendations.name)).reduce((sum, { end }) => sum + end, 0);
  const both = [says(ingest, /store|clickhouse/i), says(scorer, /clickhouse/i)];
  await without('clickhouse', async () => {
    await Promise.all(both.map((told) => told()));
    const before = await listsSoFar();
    await until('lists', async () => ((await listsSoFar()) > before + 20 ? true : null), 60_000);
  });
  await goOn(system);
}, 300_000);

test('while the registry is away, events of a schema that nobody has asked for wait, and are read afterwards', async () => {
  const { registry, producer, ingest, scorer, schemas } = system;
  const newer = JSON.parse(schemaText('behaviour-event')) as { fields: object[] };
  newer.fields.push({ name: 'channel', type: ['null', 'string'], default: null });
  const writerText = JSON.stringify(newer);
  const id = await registry.register(registrySubject(topics.events.name), writerText);
  schemas.set(id, createCodec<BehaviourEvent>(schemaText('behaviour-event'), writerText));
  const writer = avroType(writerText);
  const both = [ingest, scorer].map((service) => says(service, /registry/i));
  await without('registry', async () => {
    await producer.sendAll(
      Array.from({ length: 40 }, (_, n) => {
        const clock = systemClock.now() - 12 * 3_600_000;
        const userId = `newer ${n}`;
        const event: BehaviourEvent = {
          ...{
            eventId: randomUUID(),
            eventTime: clock,
            eventType: 'view',
            userId,
            itemId: [...system.items.keys()][n] ?? null,
          },
          ...{ visitorId: null, sessionId: null, query: null, quantity: null, amount: null, currency: null },
          ...{ recommId: null, properties: {} },
        };
        return {
          topic: topics.events.name,
          key: Buffer.from(userId),
          value: wireEncode(id, writer.toBuffer({ ...event, channel: 'app' })),
          headers: { [CLOCK_HEADER]: Buffer.from(String(clock)) },
        };
      }),
    );
    await Promise.all(both.map((told) => told()));
  });
  await goOn(system);
}, 300_000);

test('nothing of the path from event to list needs Redis', async () => {
  await without('redis', () => goOn(system));
  await allWell(system.ingest, system.scorer);
}, 300_000);

test('after all outages every record has its row, every window its sum and every customer the right list', async () => {
  await load.stop();
  const verdict = await verify(system, load);
  const { lost, doubled, wrong, ...counts } = verdict;
  console.log(JSON.stringify({ ...counts, lost: lost.length, doubled: doubled.length, wrong: wrong.length }));
  expect(verdict).toMatchObject({ lost: [], doubled: [], wrong: [] });
  expect(verdict.records).toBeGreaterThanOrEqual(load.sent());
  const { rows } = (
    await system.store.query<{ rows: number }>(
      "SELECT count() AS rows FROM events WHERE subject LIKE 'newer %' AND outcome IN ('accepted', 'late')",
    )
  )[0] ?? { rows: 0 };
  expect(Number(rows)).toBe(40);
}, 300_000);

test('features says what it waits for while a server is away, and goes on', async () => {
  const { features } = system; // its snapshots change lists, so it comes after they were compared
  features.start();
  await features.ready();
  await without('clickhouse', says(features, /store|clickhouse/i));
  await allWell(features);
}, 300_000);
