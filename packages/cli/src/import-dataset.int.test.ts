import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { behaviourEventCodec, CLOCK_HEADER, SOURCE_HEADER, topics, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import { openDataset } from '@nextcart/datasets';
import { createKafka, createRegistryClient, kafkaConnection } from '@nextcart/kafka';
import { createLogger, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Checkpoint, createCheckpoint } from './checkpoint.ts';
import { type ImportDeps, importDataset } from './import-dataset.ts';

const LINES = 15_000;
const CHUNK = 2000; // replay.ts
const urls = inject('urls');
const log = createLogger('test', 'error');
const kafka = createKafka({
  connection: kafkaConnection({ KAFKA_BROKERS: urls.kafkaBrokers.split(','), KAFKA_TLS: 'false' }, 'test-import'),
  log,
  clock: systemClock,
});
const registry = createRegistryClient({ url: urls.schemaRegistryUrl, log, clock: systemClock });
const folder = mkdtempSync(join(tmpdir(), 'nextcart-import-'));
const file = join(folder, 'retail.csv');
const made: string[] = [];

beforeAll(() => {
  const head = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n';
  const lines = Array.from({ length: LINES }, (_, i) => {
    const minute = String(Math.floor(i / 300)).padStart(2, '0');
    return `${Math.floor(i / 10)},${10_000 + (i % 50)},THING ${i % 50},1,2011-08-12 14:${minute}:00,1.25,${i % 97},UK\n`;
  });
  writeFileSync(file, head + lines.join(''));
});
afterAll(async () => {
  await kafka.admin.deleteTopics(made);
  await kafka.close();
  rmSync(folder, { recursive: true, force: true });
});

const trial = () => {
  const topicPrefix = `${uniqueName('import')}.`;
  const names = { events: topicPrefix + topics.events.name, catalog: topicPrefix + topics.catalog.name };
  made.push(names.events, names.catalog);
  const said: string[] = [];
  const run = async (over: Partial<ImportDeps> = {}) =>
    importDataset({
      dataset: await openDataset('online-retail', file),
      path: file,
      kafka,
      registry,
      clock: systemClock,
      signal: new AbortController().signal,
      speed: 'max',
      restart: false,
      events: true,
      topicPrefix,
      checkpoint: (name) => createCheckpoint(join(folder, topicPrefix, `${name}.json`)),
      preparation: { tell: () => undefined, clear: () => undefined },
      progress: () => ({ update: () => undefined, end: () => undefined }),
      say: (text) => said.push(text),
      ...over,
    });
  /** Runs until the count is passed, then stops as Ctrl-C does. */
  const stopAfter = (count: number) => {
    const controller = new AbortController();
    const update = (done: number) => {
      if (done >= count) controller.abort();
    };
    return run({ signal: controller.signal, progress: () => ({ update, end: () => undefined }) });
  };
  return { names, said, run, stopAfter };
};

const readTopic = async (topic: string) => {
  const codec = behaviourEventCodec();
  const ids = new Map<string, number>();
  let records = 0;
  let wrongHeaders = 0;
  const tail = await kafka.tail({
    topic,
    from: 'start',
    onRecords: async (_partition, batch) => {
      for (const { key, value, headers } of batch) {
        const event = codec.decode((value as Buffer).subarray(WIRE_HEADER_BYTES));
        records += 1;
        ids.set(event.eventId, (ids.get(event.eventId) ?? 0) + 1);
        const clock = headers?.[CLOCK_HEADER]?.toString();
        const source = headers?.[SOURCE_HEADER]?.toString();
        if (clock !== String(event.eventTime) || source !== 'online-retail' || key?.toString() !== event.userId)
          wrongHeaders += 1;
      }
    },
  });
  await tail.caughtUp;
  await tail.close();
  return { records, distinct: ids.size, wrongHeaders };
};

test('an import that is stopped in the middle goes on where it was: every line is there once', async () => {
  const { names, said, run, stopAfter } = trial();
  const first = await stopAfter(5000);
  expect(first.stopped).toBe(true);
  expect(first.events).toBeLessThan(LINES);
  expect((await readTopic(names.events)).records).toBe(first.events);

  const begun: unknown[] = [];
  const progress: ImportDeps['progress'] = (total, from) => {
    begun.push({ total, from });
    return { update: () => undefined, end: () => undefined };
  };
  const second = await run({ progress });
  expect(begun).toEqual([{ total: LINES, from: first.events }]);
  expect(second).toEqual({ items: 50, events: LINES, stopped: false });
  expect(said.join()).toContain('going on after');
  expect(await readTopic(names.events)).toEqual({ records: LINES, distinct: LINES, wrongHeaders: 0 });

  // nothing is left to do, and --restart does all of it again
  await run({ progress });
  expect(begun).toHaveLength(1);
  expect((await readTopic(names.events)).records).toBe(LINES);
  await run({ restart: true });
  expect(await readTopic(names.events)).toMatchObject({ records: 2 * LINES, distinct: LINES });
});

test('an import that is killed between the broker and its checkpoint repeats one chunk and loses nothing', async () => {
  const { names, run } = trial();
  const killed = (checkpoint: Checkpoint): Checkpoint => ({
    ...checkpoint,
    write: (count) => {
      if (count > 6000) throw new Error('killed');
      checkpoint.write(count);
    },
  });
  const path = join(folder, `${names.events}.json`);
  await expect(run({ checkpoint: () => killed(createCheckpoint(path)) })).rejects.toThrow('killed');
  await run({ checkpoint: () => createCheckpoint(path) });
  expect(await readTopic(names.events)).toEqual({ records: LINES + CHUNK, distinct: LINES, wrongHeaders: 0 });
});

test('--only-catalog sends the items and no event', async () => {
  const { names, run } = trial();
  expect(await run({ events: false })).toEqual({ items: 50, events: 0, stopped: false });
  const count = async (topic: string) =>
    (await kafka.admin.offsets(topic)).reduce((n, { start, end }) => n + end - start, 0);
  expect(await count(names.events)).toBe(0);
  expect(await count(names.catalog)).toBe(50);
});
