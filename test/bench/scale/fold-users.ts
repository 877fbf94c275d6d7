import {
  behaviourEventCodec,
  createItemIndex,
  eventTypes,
  type LogRecord,
  schemaText,
  wireEncode,
} from '@nextcart/contracts';
import {
  createCleaner,
  createRates,
  createSchemaVersions,
  createSubjectState,
  createVerdict,
  foldVerdict,
  type SubjectState,
} from '@nextcart/events';
import { collectSeldom } from '@nextcart/runtime';
import { createKeyTable } from '@nextcart/scorer';
import { selfMicros } from '../harness/cpu.ts';
import type { FoldResult } from './results.ts';

/**
 * A process of its own for each size, so that memory is that of its users alone: judges and folds encoded events as the
 * scorer does. Run with --expose-gc. Every user has four events to begin with; then events of users drawn evenly, the
 * hardest case for caches, are timed. Encoding them is not.
 */
collectSeldom(); // as the scorer does
const users = Number(process.argv[2]);
const timed = Number(process.argv[3]);
const FIRST_EVENTS = 4;
const ITEMS = 20_000;
const CHUNK = 10_000;
const SCHEMA_ID = 1;
const START_MS = 1_767_225_600_000; // 2026-01-01
const TYPES = (['view', 'view', 'view', 'click', 'cart', 'search', 'purchase'] as const).map((type) =>
  eventTypes.indexOf(type),
);

const { encode } = behaviourEventCodec();
const versions = createSchemaVersions('behaviour-event');
const items = createItemIndex();
const cleaner = createCleaner({
  partition: 0,
  versions,
  catalog: { get: () => undefined },
  rates: createRates({ base: 'EUR', rates: {} }),
});
const verdict = createVerdict();
const known = createKeyTable<{ readonly key: string; readonly state: SubjectState }>();

let seed = 12_345;
/** Park and Miller's generator: the same numbers in every run. */
const draw = (below: number): number => {
  seed = (seed * 48_271) % 2_147_483_647;
  return Math.floor((seed / 2_147_483_647) * below);
};

let offset = 0;
const nextRecord = (user: number): LogRecord => {
  const at = offset;
  offset += 1;
  const type = eventTypes[TYPES[draw(TYPES.length)] as number] ?? 'view';
  const userId = `user-${user.toString().padStart(9, '0')}`;
  const datum = encode({
    eventId: `${at.toString(16).padStart(8, '0')}-0000-4000-8000-${draw(2_000_000_000).toString(16).padStart(12, '0')}`,
    eventTime: START_MS + at,
    eventType: type,
    visitorId: null,
    userId,
    sessionId: null,
    itemId: type === 'search' ? null : `item-${draw(ITEMS).toString().padStart(7, '0')}`,
    query: type === 'search' ? `query ${draw(500)}` : null,
    quantity: type === 'purchase' ? 1 : null,
    amount: type === 'purchase' ? BigInt(10_000 + draw(1_000_000)) : null,
    currency: type === 'purchase' ? 'EUR' : null,
    recommId: null,
    properties: {},
  });
  const value = wireEncode(SCHEMA_ID, datum);
  return { offset: at, appendedAt: START_MS + at, key: Buffer.from(userId), value, headers: undefined };
};

/** Microseconds that judging and folding took. */
const fold = (records: readonly LogRecord[]): number => {
  const before = selfMicros();
  for (const record of records) {
    cleaner.judge(record, verdict);
    const key = verdict.subject;
    let subject = known.get(key);
    if (subject === undefined) {
      subject = { key, state: createSubjectState(key) };
      known.add(subject);
    }
    foldVerdict(subject.state, record.offset, verdict, items);
  }
  return selfMicros() - before;
};

const run = (events: number, userOf: (event: number) => number, onChunk: (done: number) => void): number => {
  let micros = 0;
  for (let done = 0; done < events; done += CHUNK) {
    const size = Math.min(CHUNK, events - done);
    micros += fold(Array.from({ length: size }, (_, at) => nextRecord(userOf(done + at))));
    onChunk(done + size);
  }
  return micros;
};

/** What is alive, heap and typed arrays; what V8 keeps for later is not the users'. */
const live = (): number => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

await versions.resolve([nextRecord(0)], async () => schemaText('behaviour-event'));
run(
  5 * CHUNK,
  () => 0,
  () => {},
); // one user: code and cleaner are warm, and no state to speak of
const before = live();
const total = users * FIRST_EVENTS + timed;
run(
  users * FIRST_EVENTS,
  (event) => event % users,
  (done) => process.send?.({ done, total }),
);
const bytes = live() - before;
const micros = run(
  timed,
  () => draw(users),
  (done) => process.send?.({ done: users * FIRST_EVENTS + done, total }),
);
const result: FoldResult = {
  microsPerEvent: micros / timed,
  bytesPerUser: bytes / users,
  residentBytes: process.memoryUsage.rss(),
};
process.send?.({ result });
process.disconnect();
