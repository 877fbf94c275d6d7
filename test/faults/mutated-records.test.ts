import { type LedgerLine, ledgerTopics, readLedger } from '@nextcart/cli';
import type { RecordTable } from '@nextcart/clickhouse';
import { behaviourEventCodec, CLOCK_HEADER, type ReasonCode, topics, wireEncode } from '@nextcart/contracts';
import { seededRandom, spoil } from '@nextcart/events/testing';
import { createItemJudge, createListJudge } from '@nextcart/ingest';
import type { OutgoingRecord } from '@nextcart/kafka';
import { systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkDeadLetters, checkRows } from './check-rows.ts';
import { type FaultSystem, startFaultSystem } from './fault-system.ts';
import { judgeEvents, judgeNamed } from './judge-records.ts';
import { goOn } from './outage.ts';
import { readLog } from './read-log.ts';
import type { Expected } from './reference-judge.ts';
import { settle } from './verify.ts';

const EVENTS = 20_000;
/** Of the catalogue, and as many lists. */
const NAMED = 5000;
/** Of each whole record. */
const COPIES = 10;
const SEND = 2000;

let system: FaultSystem;
beforeAll(async () => {
  system = await startFaultSystem(13);
}, 240_000);
afterAll(() => system?.stop(), 120_000);

const sendAll = async (records: readonly OutgoingRecord[]): Promise<void> => {
  for (let at = 0; at < records.length; at += SEND) await system.producer.sendAll(records.slice(at, at + SEND));
};

/** Most are spoilt; a fifth stays whole, a few are nothing at all. */
const spoilt = (whole: Buffer, random: () => number): Buffer | null => {
  const dice = random();
  if (dice < 0.2) return whole;
  if (dice < 0.21) return null;
  return dice < 0.22 ? Buffer.alloc(0) : spoil([whole], random);
};

const spoiltEvents = (seed: number): OutgoingRecord[] => {
  const random = seededRandom(seed);
  const [schemaId = 0] = system.schemas.keys();
  const encode = behaviourEventCodec();
  const records: OutgoingRecord[] = [];
  while (records.length < EVENTS) {
    const { event, key, clock } = system.nextEvent();
    if (event === undefined) continue;
    const value = wireEncode(schemaId, encode.encode(event));
    for (let copies = 0; copies < COPIES; copies += 1)
      records.push({
        topic: topics.events.name,
        key: random() < 0.05 || key === null ? null : Buffer.from(key),
        value: spoilt(value, random),
        headers: { [CLOCK_HEADER]: Buffer.from(random() < 0.02 ? 'no time' : String(clock)) },
      });
  }
  return records;
};

/** What a compacted topic holds, spoilt; under keys of their own, of which some are empty. */
const spoiltNamed = async (topic: string, seed: number): Promise<OutgoingRecord[]> => {
  const random = seededRandom(seed);
  // the shorter a record, the more of what is spoilt is no text
  const values = (await readLog(system.kafka, topic))
    .flatMap(({ value }) => (value === null ? [] : [value]))
    .sort((a, b) => a.length - b.length);
  return Array.from({ length: NAMED }, (_, n) => ({
    topic,
    key: Buffer.from(random() < 0.05 ? '' : `spoilt ${n}`),
    value: spoilt(values[Math.floor(n / COPIES) % values.length] as Buffer, random),
  }));
};

/** The ledger of topics, which must balance. */
const balance = async (of: typeof ledgerTopics): Promise<LedgerLine[]> => {
  const { kafka, store } = system;
  const lines = await readLedger({ kafka, store, clock: systemClock, waitMs: 60_000, topics: of });
  expect(lines.filter(({ balanced }) => !balanced)).toEqual([]);
  return lines;
};

/** The rows and dead letters of a topic are those of the reference, and the ledger has as many of each outcome. */
const compare = async (topic: string, table: RecordTable, judged: readonly Expected[]): Promise<void> => {
  const { kafka, store } = system;
  const lines = await balance(ledgerTopics.filter(({ name }) => name === topic));
  const { topicId } = await kafka.admin.topic(topic);
  expect(await checkRows(store, table, topicId, judged)).toEqual({ lost: [], doubled: [], wrong: [] });
  expect(checkDeadLetters(await readLog(kafka, topics.deadLetters.name), topic, judged)).toEqual([]);
  const count =
    (outcome: Expected['outcome']) =>
    (sum: number, { outcomes }: LedgerLine) =>
      sum + outcomes[outcome];
  for (const outcome of ['accepted', 'duplicate', 'late', 'quarantined'] as const)
    expect(lines.reduce(count(outcome), 0), outcome).toBe(judged.filter((each) => each.outcome === outcome).length);
  const reasons = new Set(judged.map(({ reason }) => reason));
  console.log(JSON.stringify({ topic, records: judged.length, reasons: [...reasons] }));
  for (const reason of ['empty_value', 'not_avro', 'unknown_schema', 'bad_datum', 'bad_utf8'])
    expect(reasons, topic).toContain(reason);
};

type NamedTopic = Parameters<typeof judgeNamed>[2] & { readonly nameless: ReasonCode; readonly column: string };
const named: Readonly<Record<'catalog' | 'lists', NamedTopic>> = {
  catalog: {
    ...{ topic: topics.catalog.name, schema: 'catalog-item', field: 'itemId', nameless: 'missing_item' },
    ...{ column: 'item_id', createJudge: createItemJudge },
  },
  lists: {
    ...{ topic: topics.recommendations.name, schema: 'recommendation-list', field: 'subject' },
    ...{ nameless: 'missing_subject', column: 'subject', createJudge: createListJudge },
  },
};

const sendAndCompare = async (table: keyof typeof named, seed: number): Promise<void> => {
  const { topic, column, nameless } = named[table];
  await sendAll(await spoiltNamed(topic, seed));
  const judged = await judgeNamed(await readLog(system.kafka, topic), system.registry, named[table]);
  expect(judged.length).toBeGreaterThanOrEqual(NAMED);
  await compare(topic, table, judged);
  expect(judged.map(({ reason }) => reason)).toContain(nameless);
  const { topicId } = await system.kafka.admin.topic(topic);
  const rows = await system.store.query(
    `SELECT partition, offset, outcome, reason, deleted, ${column} AS name FROM ${table}
     WHERE topic_id = {topicId:UUID} ORDER BY partition, offset`,
    { topicId },
  );
  expect(rows).toEqual([...judged].sort((a, b) => a.partition - b.partition || a.offset - b.offset));
};

test('5,000 mutated items go through broker and ingest: each has the row that the reference says', async () => {
  await sendAndCompare('catalog', 20_260_802);
}, 300_000);

test('20,000 mutated events go through broker, ingest and scorer: each has the row that the reference says', async () => {
  const { kafka, registry, ingest, scorer } = system;
  await sendAll(spoiltEvents(20_260_801));
  await settle(system);
  const judged = await judgeEvents(await readLog(kafka, topics.events.name), registry);
  expect(judged.length).toBeGreaterThanOrEqual(EVENTS);
  await compare(topics.events.name, 'events', judged);
  const outcomes = new Set(judged.map(({ outcome }) => outcome));
  expect(outcomes).toEqual(new Set(['accepted', 'duplicate', 'late', 'quarantined']));
  expect(judged.map(({ reason }) => reason)).toContain('bad_event_id');
  expect([await ingest.troubles(), await scorer.troubles()]).toEqual([[], []]);
}, 300_000);

test('5,000 mutated lists go through broker and ingest: each has the row that the reference says, and a scorer begins over them', async () => {
  const { scorer, sender, nextEvent } = system;
  await scorer.stop(); // whose lists would come between the log that is judged and the rows
  await sendAndCompare('lists', 20_260_803);
  await balance(ledgerTopics);
  scorer.start();
  await scorer.ready();
  await sender.send(Array.from({ length: 200 }, nextEvent));
  await goOn(system);
}, 300_000);
