import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BehaviourEvent,
  behaviourEventCodec,
  CLOCK_HEADER,
  recommendationListCodec,
  topics,
  WIRE_HEADER_BYTES,
  wireEncode,
} from '@nextcart/contracts';
import { createKafka, createRegistryClient, kafkaConnection } from '@nextcart/kafka';
import { createLogger, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { afterAll, expect, inject, test } from 'vitest';
import { type SimulateDeps, simulateShop } from './simulate-shop.ts';

const urls = inject('urls');
const log = createLogger('test', 'error');
const kafka = createKafka({
  connection: kafkaConnection({ KAFKA_BROKERS: urls.kafkaBrokers.split(','), KAFKA_TLS: 'false' }, 'test-simulate'),
  log,
  clock: systemClock,
});
const registry = createRegistryClient({ url: urls.schemaRegistryUrl, log, clock: systemClock });
const folder = mkdtempSync(join(tmpdir(), 'nextcart-simulate-'));
const made: string[] = [];

afterAll(async () => {
  await kafka.admin.deleteTopics(made);
  await kafka.close();
  rmSync(folder, { recursive: true, force: true });
});

const trial = () => {
  const topicPrefix = `${uniqueName('simulate')}.`;
  const events = topicPrefix + topics.events.name;
  const recommendations = topicPrefix + topics.recommendations.name;
  made.push(events, topicPrefix + topics.catalog.name, recommendations);
  const truth = join(folder, `${topicPrefix}truth.jsonl`);
  const run = (over: Partial<SimulateDeps> = {}) =>
    simulateShop({
      kafka,
      registry,
      clock: systemClock,
      signal: new AbortController().signal,
      users: 300,
      items: 100,
      rate: 100,
      speed: 'max',
      pastMs: 0,
      seed: 5,
      events: 3000,
      dirt: true,
      source: undefined,
      truthFile: () => truth,
      topicPrefix,
      progress: () => ({ update: () => undefined, end: () => undefined }),
      say: () => undefined,
      ...over,
    });
  const read = async () => {
    const found: { event: BehaviourEvent; appendedAt: number; ownClock: boolean }[] = [];
    let broken = 0;
    const tail = await kafka.tail({
      topic: events,
      from: 'start',
      onRecords: async (_partition, records) => {
        for (const { value, appendedAt, headers } of records) {
          try {
            const event = behaviourEventCodec().decode((value as Buffer).subarray(WIRE_HEADER_BYTES));
            found.push({ event, appendedAt, ownClock: headers?.[CLOCK_HEADER] !== undefined });
          } catch {
            broken += 1;
          }
        }
      },
    });
    await tail.caughtUp;
    await tail.close();
    return { found, broken };
  };
  return { topicPrefix, events, recommendations, truth, run, read };
};

test('a run at full speed sends the catalogue and so many records, with the truth beside them', async () => {
  const { topicPrefix, run, read, truth } = trial();
  expect(await run()).toBe(3000);
  const { found, broken } = await read();
  expect(found.length + broken).toBe(3000);
  expect(found.every(({ ownClock }) => ownClock)).toBe(true);
  const [catalog] = await kafka.admin.offsets(topicPrefix + topics.catalog.name);
  expect(catalog?.end).toBe(100);
  const lines = readFileSync(truth, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; why?: string });
  const count = (kind: string) => lines.filter((line) => line.kind === kind).length;
  expect(count('item')).toBe(100);
  expect(count('person')).toBe(300);
  expect(count('next')).toBeGreaterThan(0);
  expect(lines.filter((line) => line.why === 'not_avro').length).toBe(broken);
});

test('a past comes first and at once, with the shop’s own clock, and only into a topic without events', async () => {
  const { run, read } = trial();
  const began = systemClock.now();
  const stop = new AbortController();
  const running = run({ speed: 1, rate: 100, pastMs: 60_000, events: undefined, dirt: false, signal: stop.signal });
  await systemClock.sleep(3000);
  stop.abort();
  await running;
  const { found } = await read();
  const past = found.filter(({ event }) => event.eventTime < began - 1000);
  // a minute of 100 a second, sent within seconds
  expect(past.length).toBeGreaterThan(4000);
  expect(Math.min(...past.map(({ event }) => event.eventTime))).toBeLessThan(began - 50_000);
  expect(found.length).toBeGreaterThan(past.length);
  expect(found.every(({ ownClock }) => ownClock)).toBe(true);
  await run({ speed: 1, rate: 100, pastMs: 600_000, events: 50, dirt: false, seed: 6 });
  expect((await read()).found.length).toBeLessThan(found.length + 100);
});

test('in real time events are of now, a list is reacted to, and a stop is in order', async () => {
  const { recommendations, run, read } = trial();
  const stop = new AbortController();
  const began = systemClock.now();
  const running = run({ speed: 1, rate: 300, seed: undefined, events: undefined, dirt: false, signal: stop.signal });
  const producer = await kafka.createProducer();
  const item = (n: number) => ({
    itemId: `p${String(n).padStart(5, '0')}`,
    score: 1,
    source: 'trending' as const,
    title: '',
    category: '',
    price: null,
    currency: null,
    reasons: [],
  });
  const times = { eventTime: 0, appendedAt: 0, receivedAt: 0, stateAt: 0, scoredAt: 0, publishedAt: 0, expiresAt: 0 };
  const stamps = { ...times, nextPurchases: [] };
  const records = Array.from({ length: 300 }, (_, person) =>
    ['u', 'v', 'w'].map((kind) => (kind === 'u' ? `u${person + 1}` : `v${person + 1}${kind === 'v' ? 'a' : 'b'}`)),
  ).flat();
  await systemClock.sleep(1500);
  await producer.sendAll(
    records.map((subject) => ({
      topic: recommendations,
      key: Buffer.from(subject),
      value: wireEncode(
        1,
        recommendationListCodec().encode({
          subject,
          recommId: `r-${subject}`,
          items: [1, 2, 3].map(item),
          release: 'untrained',
          snapshots: {},
          catalogPosition: '0',
          partition: 0,
          triggerOffset: 0,
          ...stamps,
        }),
      ),
    })),
  );
  await producer.close();
  await systemClock.sleep(4000);
  stop.abort();
  const sent = await running;
  const { found } = await read();
  expect(found.length).toBe(sent);
  expect(sent).toBeGreaterThan(300);
  for (const { event, appendedAt, ownClock } of found) {
    expect(ownClock).toBe(false);
    expect(event.eventTime).toBeGreaterThanOrEqual(began);
    expect(Math.abs(appendedAt - event.eventTime)).toBeLessThan(10_000);
  }
  const shown = found.filter(({ event }) => event.eventType === 'impression');
  expect(shown.length).toBeGreaterThan(0);
  for (const { event } of shown) expect(event.recommId).toBe(`r-${event.userId ?? event.visitorId}`);
});
