import { readLedger } from '@nextcart/cli';
import { behaviourEventCodec, CLOCK_HEADER, groups, topics, wireEncode } from '@nextcart/contracts';
import { createCleaner, createRates, createSchemaVersions, createVerdict } from '@nextcart/events';
import type { OutgoingRecord } from '@nextcart/kafka';
import { systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkDeadLetters, checkRows } from './check-rows.ts';
import { type FaultSystem, startFaultSystem } from './fault-system.ts';
import { type PlacedRecord, readLog } from './read-log.ts';
import type { Judged } from './reference-judge.ts';
import { untilCommitted } from './until.ts';

const RECORDS = 20_000;
const SEND = 2000;

let system: FaultSystem;
beforeAll(async () => {
  system = await startFaultSystem(13);
}, 240_000);
afterAll(() => system?.stop(), 120_000);

/** Whole numbers below n, the same for the same seed (xorshift32). */
const seededBelow = (seed: number): ((n: number) => number) => {
  let state = seed;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
};

/** A few bytes changed, cut out, put in or lost at the end; a fifth stays whole, a few are nothing at all. */
const spoil = (whole: Buffer, below: (n: number) => number): Buffer | null => {
  const at = below(whole.length);
  const bytes = Buffer.from(whole);
  switch (below(10)) {
    case 0:
    case 1:
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(6))]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([below(256), below(256)]), bytes.subarray(at)]);
    case 5:
      return below(20) === 0 ? null : Buffer.concat([bytes, bytes.subarray(at)]);
    case 6:
      return below(20) === 0 ? Buffer.alloc(0) : bytes.fill(0xff, at, Math.min(at + 3, bytes.length));
    default:
      for (let flips = 1 + below(3); flips > 0; flips -= 1) {
        const where = below(bytes.length);
        bytes[where] = (bytes[where] as number) ^ (1 << below(8));
      }
      return bytes;
  }
};

const spoiltRecords = (seed: number): OutgoingRecord[] => {
  const below = seededBelow(seed);
  const [schemaId = 0] = system.schemas.keys();
  const encode = behaviourEventCodec();
  const records: OutgoingRecord[] = [];
  while (records.length < RECORDS) {
    const { event, key, clock } = system.nextEvent();
    if (event === undefined) continue;
    const value = wireEncode(schemaId, encode.encode(event));
    for (let copies = 0; copies < 10; copies += 1)
      records.push({
        topic: topics.events.name,
        key: below(20) === 0 || key === null ? null : Buffer.from(key),
        value: spoil(value, below),
        headers: { [CLOCK_HEADER]: Buffer.from(below(50) === 0 ? 'no time' : String(clock)) },
      });
  }
  return records;
};

/** The cleaner in one go from the first record of each partition on: no batches, no broker, no store. */
const judge = async (log: readonly PlacedRecord[]): Promise<Judged[]> => {
  const versions = createSchemaVersions('behaviour-event');
  const rates = createRates({ base: 'EUR', rates: {} });
  const judged: Judged[] = [];
  const out = createVerdict();
  for (const { partition: number } of await system.kafka.admin.offsets(topics.events.name)) {
    const cleaner = createCleaner({ partition: number, versions, catalog: { get: () => undefined }, rates });
    for (const record of log.filter(({ partition }) => partition === number)) {
      if (versions.idsNotAsked([record]).length > 0)
        await versions.resolve([record], (id) => system.registry.schema(id));
      cleaner.judge(record, out);
      judged.push({ partition: number, offset: record.offset, outcome: out.outcome, reason: out.reason, event: null });
    }
  }
  return judged;
};

test('20,000 mutated records go through broker, ingest and scorer: each has the row that the reference says', async () => {
  const { kafka, store, producer, ingest, scorer, topicId } = system;
  const records = spoiltRecords(20_260_801);
  for (let at = 0; at < records.length; at += SEND) await producer.sendAll(records.slice(at, at + SEND));
  await untilCommitted(kafka, groups.scorer);
  await untilCommitted(kafka, groups.ingestEvents);
  const log = await readLog(kafka, topics.events.name);
  const judged = await judge(log);
  expect(judged.length).toBeGreaterThanOrEqual(RECORDS);
  expect(await checkRows(store, topicId, judged)).toEqual({ lost: [], doubled: [], wrong: [] });
  expect(checkDeadLetters(await readLog(kafka, topics.deadLetters.name), topics.events.name, judged)).toEqual([]);

  const ledger = await readLedger({ kafka, store, clock: systemClock, waitMs: 60_000 });
  expect(ledger.filter(({ balanced }) => !balanced)).toEqual([]);
  for (const outcome of ['accepted', 'duplicate', 'late', 'quarantined'] as const) {
    const rows = ledger
      .filter(({ topic }) => topic === topics.events.name)
      .reduce((sum, { outcomes }) => sum + outcomes[outcome], 0);
    expect(rows, outcome).toBe(judged.filter((each) => each.outcome === outcome).length);
  }
  const reasons = new Set(judged.map(({ reason }) => reason));
  console.log(JSON.stringify({ records: log.length, reasons: [...reasons] }));
  for (const reason of ['empty_value', 'not_avro', 'unknown_schema', 'bad_datum', 'bad_utf8', 'bad_event_id'])
    expect(reasons).toContain(reason);
  expect([await ingest.troubles(), await scorer.troubles()]).toEqual([[], []]);
}, 300_000);
