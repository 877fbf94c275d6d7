import {
  groups,
  type RecommendationList,
  recommendationListCodec,
  topics,
  WIRE_HEADER_BYTES,
} from '@nextcart/contracts';
import type { Tail } from '@nextcart/kafka';
import { Kafka as Kafkajs, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultSystem, startFaultSystem } from '../faults/fault-system.ts';
import { type PlacedRecord, readLog } from '../faults/read-log.ts';
import { until, untilCommitted } from '../faults/until.ts';
import { settle } from '../faults/verify.ts';
import { cli } from '../support/cli.ts';
import { succeed } from '../support/run-program.ts';

const TOPIC = topics.recommendations;
const ROUNDS = 4;
const EVENTS_PER_ROUND = 500;
/** Of records that only make the broker begin new segments: the newest one of a partition is never compacted. */
const TICK = 'tick';
const TOPIC_RESOURCE = 2;
const BROKER_RESOURCE = 4;
const BROKER_ID = '1';

let system: FaultSystem;
/** All that was ever written to the topic, by a reader that was there from the start. */
const written: PlacedRecord[] = [];
let follower: Tail;
beforeAll(async () => {
  system = await startFaultSystem(31);
  follower = await system.kafka.tail({
    topic: TOPIC.name,
    from: 'start',
    onRecords: async (partition, records) => {
      written.push(...records.map((record) => ({ ...record, partition })));
    },
  });
}, 240_000);
afterAll(async () => {
  await follower?.close();
  await system?.stop();
}, 120_000);

/** The broker compacts within a second, and a tombstone goes in the pass after the one that saw it. */
const compactSoon = async (): Promise<void> => {
  const brokers = system.stack.urls.kafkaBrokers.split(',');
  const admin = new Kafkajs({ brokers, clientId: 'late-joiner', logLevel: logLevel.ERROR }).admin();
  await admin.connect();
  const entries = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, value]) => ({ name, value }));
  const quickly = { 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.001', 'delete.retention.ms': '0' };
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      { type: TOPIC_RESOURCE, name: TOPIC.name, configEntries: entries({ ...TOPIC.config, ...quickly }) },
      { type: BROKER_RESOURCE, name: BROKER_ID, configEntries: entries({ 'log.cleaner.backoff.ms': '200' }) },
    ],
  });
  await admin.disconnect();
};

const isSubject = (key: string): boolean => key !== TICK && key !== '*' && !key.startsWith('item:');
const subjectsOf = (log: readonly PlacedRecord[]) =>
  log.map((record) => ({ ...record, key: String(record.key) })).filter(({ key }) => isSubject(key));
const listOf = (value: Buffer): RecommendationList =>
  recommendationListCodec().decode(value.subarray(WIRE_HEADER_BYTES));

/** By subject, its newest list's record as the follower has it; null where the last word was a tombstone. */
const newestLists = (): Map<string, { offset: number; value: Buffer; list: RecommendationList } | null> => {
  const newest: ReturnType<typeof newestLists> = new Map();
  for (const { key, offset, value } of subjectsOf(written)) {
    const list = value === null ? null : listOf(value);
    const before = newest.get(key)?.list.triggerOffset ?? -1;
    if (value === null || list === null) newest.set(key, null);
    else if (list.triggerOffset >= before) newest.set(key, { offset, value, list });
  }
  return newest;
};

test('who comes when the broker has compacted the lists reads each subject’s newest one, and of forgotten subjects nothing', async () => {
  const { kafka, producer, sender, nextEvent, stack } = system;
  for (let round = 0; round < ROUNDS; round += 1) {
    await sender.send(Array.from({ length: EVENTS_PER_ROUND }, nextEvent));
    await untilCommitted(kafka, groups.scorer);
  }
  await settle(system); // an identify is answered by a record of the scorer's
  const whole = subjectsOf(await readLog(kafka, TOPIC.name)).length;
  await compactSoon();
  const partitions = Array.from({ length: TOPIC.partitions }, (_, partition) => partition);
  const log = await until('the broker to compact the lists', async () => {
    await producer.sendAll(
      partitions.map((partition) => ({ topic: TOPIC.name, partition, key: Buffer.from(TICK), value: null })),
    );
    const held = subjectsOf(await readLog(kafka, TOPIC.name));
    const isCompacted = new Set(held.map(({ key }) => key)).size === held.length;
    return isCompacted && held.every(({ value }) => value !== null) ? held : null;
  });

  const newest = newestLists();
  const current = [...newest].flatMap(([subject, record]) => (record === null ? [] : [{ subject, ...record }]));
  const forgotten = [...newest].flatMap(([subject, record]) => (record === null ? [subject] : []));
  console.log(JSON.stringify({ whole, compacted: log.length, forgotten: forgotten.length }));
  expect(whole).toBeGreaterThan(1.5 * log.length);
  expect(current.length).toBeGreaterThan(100);
  expect(forgotten.length).toBeGreaterThan(0);

  const wanted = new Map(current.map(({ subject, value }) => [subject, value.toString('hex')]));
  expect(new Map(log.map(({ key, value }) => [key, value?.toString('hex')]))).toEqual(wanted);

  const format = ['-C', '-e', '-q', '-f', '%o %S %k\\n'];
  const seen = (await succeed('kcat', ['-b', stack.urls.kafkaBrokers, '-t', TOPIC.name, ...format]))
    .trim()
    .split('\n')
    .filter((line) => isSubject(line.split(' ').slice(2).join(' ')));
  expect(seen.sort()).toEqual(
    current.map(({ offset, value, subject }) => `${offset} ${value.length} ${subject}`).sort(),
  );

  for (const { subject, list } of current.slice(0, 3)) {
    const { code, stdout, stderr } = await cli(system, ['recommend', subject, '--json']);
    expect({ code, stderr }, subject).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ subject, recommId: list.recommId, triggerOffset: list.triggerOffset });
  }
  expect((await cli(system, ['recommend', forgotten[0] ?? ''])).code).toBe(1);
}, 300_000);
