import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  avroType,
  type BehaviourEvent,
  CLOCK_HEADER,
  createCodec,
  groups,
  registrySubject,
  schemaText,
  topics,
  wireEncode,
} from '@nextcart/contracts';
import type { ServerName } from '@nextcart/local';
import { systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultSystem, startFaultSystem } from './fault-system.ts';
import type { FaultyService } from './faulty-service.ts';
import { type Load, startLoad } from './load.ts';
import { logEnds, until, untilCommitted } from './until.ts';
import { verify } from './verify.ts';

const EVENTS_PER_SECOND = 200;
/** A stated outage is of 20 s; what waits does not know for how long, so eight show the same. */
const OUTAGE_MS = Number(process.env['FAULTS_OUTAGE_MS'] ?? 8000);

let system: FaultSystem;
let load: Load;
beforeAll(async () => {
  system = await startFaultSystem(12);
  load = startLoad(system, EVENTS_PER_SECOND);
}, 240_000);
afterAll(() => system?.stop(), 120_000);

/** Takes a server away for `OUTAGE_MS`, and longer where `during` takes longer; resolves when it answers again. */
const withoutServer = async (name: ServerName, during: () => Promise<unknown>): Promise<void> => {
  const server = system.stack.servers[name];
  if (server === undefined) throw new Error(`the stack has no ${name} of its own`);
  await server.kill9({ stayDown: true });
  try {
    await Promise.all([sleep(OUTAGE_MS), during()]);
  } finally {
    await server.restart();
  }
};
const says = (service: FaultyService, words: RegExp): Promise<string> =>
  until(
    `${service.name} to say in health what it waits for`,
    async () => (await service.troubles())?.find((text) => words.test(text)) ?? null,
    60_000,
  );
const allWell = (...services: FaultyService[]) =>
  Promise.all(
    services.map((service) =>
      until(`${service.name} to be well`, async () => ((await service.troubles())?.length === 0 ? true : null)),
    ),
  );
/** Both services come to where the log is now. */
const goOn = async (): Promise<void> => {
  const ends = await until('the broker', () => logEnds(system.kafka));
  await Promise.all([groups.ingestEvents, groups.scorer].map((group) => untilCommitted(system.kafka, group, ends)));
  await allWell(system.ingest, system.scorer);
};

test('while the broker is away ingest and scorer say so, and afterwards they go on', async () => {
  const { ingest, scorer } = system;
  await goOn();
  await withoutServer('kafka', () =>
    Promise.all([says(ingest, /broker|kafka|connect/i), says(scorer, /broker|kafka|connect/i)]),
  );
  await goOn();
}, 300_000);

test('while ClickHouse is away ingest says so, and customers whom the scorer knows still get lists', async () => {
  const { ingest, kafka } = system;
  const listsSoFar = async () =>
    (await kafka.admin.offsets(topics.recommendations.name)).reduce((sum, { end }) => sum + end, 0);
  await withoutServer('clickhouse', async () => {
    await says(ingest, /store|clickhouse/i);
    const before = await listsSoFar();
    await until('lists', async () => ((await listsSoFar()) > before + 20 ? true : null), 60_000);
  });
  await goOn();
}, 300_000);

test('while the registry is away, events of a schema that nobody has asked for wait, and are read afterwards', async () => {
  const { registry, producer, ingest, scorer, schemas } = system;
  const newer = JSON.parse(schemaText('behaviour-event')) as { fields: object[] };
  newer.fields.push({ name: 'channel', type: ['null', 'string'], default: null });
  const writerText = JSON.stringify(newer);
  const id = await registry.register(registrySubject(topics.events.name), writerText);
  schemas.set(id, createCodec<BehaviourEvent>(schemaText('behaviour-event'), writerText));
  const writer = avroType(writerText);
  await withoutServer('registry', async () => {
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
    await Promise.all([says(ingest, /registry/i), says(scorer, /registry/i)]);
  });
  await goOn();
}, 300_000);

test('nothing of the path from event to list needs Redis', async () => {
  await withoutServer('redis', goOn);
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
  await withoutServer('clickhouse', () => says(features, /store|clickhouse/i));
  await allWell(features);
}, 300_000);
