import type { Store } from '@nextcart/clickhouse';
import {
  type BehaviourEvent,
  behaviourEventCodec,
  type LogRecord,
  NextcartError,
  parsePlan,
  schemaText,
  wireEncode,
} from '@nextcart/contracts';
import { createCatalogState, createRates, createSchemaVersions } from '@nextcart/events';
import type { Assignment } from '@nextcart/kafka';
import { createLogger, createMetrics, createWaiting, systemClock } from '@nextcart/runtime';
import type { Quarantined } from './batch.ts';
import type { FaultPoint } from './fault-point.ts';
import { createIngestMetrics } from './ingest-metrics.ts';
import { createEventLander } from './land-events.ts';
import type { Lander } from './lander.ts';
import { type BatchLimits, openPartition } from './partition.ts';
import { createCleanerMemory, createRecordSink, type RecordSink } from './record-sink.ts';

/** For this room's tests: one partition's log and its group's offset in memory, before the real store. */
export const START = 1_795_488_748_705;
export const SCHEMA_ID = 7;
export const lookup = async (id: number): Promise<string | null> =>
  id === SCHEMA_ID ? schemaText('behaviour-event') : null;

export const eventId = (n: number): string => `0b5c1a1e-93c1-4b39-8f3e-${String(n).padStart(12, '0')}`;
export const eventOf = (n: number, over: Partial<BehaviourEvent> = {}): BehaviourEvent => ({
  ...{ eventId: eventId(n), eventTime: START + n, eventType: 'view', visitorId: 'v1', userId: `u${n % 7}` },
  ...{ sessionId: null, itemId: `i${n % 5}`, query: null, quantity: null, amount: null, currency: null },
  ...{ recommId: null, properties: {} },
  ...over,
});
export const recordOf = (offset: number, value: Buffer | null, key = `u${offset % 7}`): LogRecord => ({
  ...{ offset, appendedAt: START + offset, key: Buffer.from(key), value, headers: undefined },
});
export const eventRecord = (offset: number, over: Partial<BehaviourEvent> = {}): LogRecord =>
  recordOf(offset, wireEncode(SCHEMA_ID, behaviourEventCodec().encode(eventOf(offset, over))));

/** Every outcome: some duplicates, late ones, purchases, unreadable ones and unknown schemas among views. */
export const mixedRecords = (count: number): LogRecord[] =>
  Array.from({ length: count }, (_, n) => {
    if (n % 11 === 3) return eventRecord(n, { eventId: eventId(n - 2) });
    if (n % 13 === 5) return eventRecord(n, { eventTime: START - 3_600_000 });
    if (n % 17 === 6) return recordOf(n, Buffer.from('no avro'));
    if (n % 19 === 8) return recordOf(n, wireEncode(99, Buffer.from([1, 2, 3])));
    if (n % 5 === 0) return eventRecord(n, { eventType: 'purchase', quantity: 2, amount: 125_000n, currency: 'USD' });
    return eventRecord(n);
  });

export interface TestLog {
  readonly topicId: string;
  readonly partition: number;
  readonly records: LogRecord[];
  committed: Assignment['committed'];
  readonly commits: { readonly offset: number; readonly metadata: string }[];
  readonly letters: Quarantined[];
}

export const testLog = (topicId: string, records: LogRecord[], partition = 0): TestLog => ({
  ...{ topicId, partition, records, committed: null, commits: [], letters: [] },
});

const endOf = (log: TestLog): number => (log.records.at(-1)?.offset ?? -1) + 1;

/** Crash that a test asked for. */
export const crashAt =
  (name: string, nth = 1): FaultPoint =>
  (reached) => {
    if (reached !== name) return;
    nth -= 1;
    if (nth === 0) throw new NextcartError('internal', `crashed at ${name}`, { retry: false });
  };

export const LIMITS: BatchLimits = { maxRows: 40, maxBytes: 1 << 20, flushMs: 10_000 }; // no timer: batches are cut by rows, alike in every run

export const openOn = async (
  log: TestLog,
  store: Store,
  options: {
    readonly faultPoint?: FaultPoint;
    readonly limits?: Partial<BatchLimits>;
    readonly sink?: RecordSink;
    readonly lander?: Lander;
  } = {},
) => {
  const { topicId, partition } = log;
  const owner = new AbortController();
  const assignment: Assignment = {
    ...{ topicId, partition, start: log.records[0]?.offset ?? 0, end: endOf(log), committed: log.committed },
    signal: owner.signal,
    commit: async (offset, metadata = '') => {
      if (owner.signal.aborted) throw new NextcartError('lost_partition', 'expelled', { retry: false });
      log.committed = { offset, metadata };
      log.commits.push({ offset, metadata });
    },
  };
  const pino = createLogger('test', 'silent');
  const lander =
    options.lander ??
    createEventLander({
      ...{ topicId, partition, versions: createSchemaVersions('behaviour-event'), lookup },
      ...{ catalog: createCatalogState(), rates: createRates({ base: 'EUR', rates: { USD: '0.5' } }) },
      ...{ memory: createCleanerMemory(store), cleaning: () => null },
    });
  const { handler, view } = await openPartition({
    ...{ topic: 'events', assignment, lander, sink: options.sink ?? createRecordSink(store, 'events') },
    deadLetters: { write: async (_, letters) => void log.letters.push(...letters) },
    retry: { clock: systemClock, log: pino, waiting: createWaiting() },
    ...{ clock: systemClock, metrics: createIngestMetrics(createMetrics('test')) },
    faultPoint: options.faultPoint ?? (() => {}),
    limits: { ...LIMITS, ...options.limits },
  });
  return { handler, view, expel: () => owner.abort(new Error('expelled')) };
};

/** Opens, reads to the end in pieces of `piece` records, releases. A crash on the way leaves all as it was then. */
export const runOn = async (
  log: TestLog,
  store: Store,
  options: Parameters<typeof openOn>[2] & { readonly piece?: number } = {},
): Promise<'done' | 'crashed'> => {
  const { piece = 25 } = options;
  const { handler, expel } = await openOn(log, store, options);
  const rest = log.records.filter((record) => record.offset >= handler.startOffset);
  try {
    for (let at = 0; at < rest.length; at += piece) {
      const records = rest.slice(at, at + piece);
      await handler.process(records, (records.at(-1)?.offset ?? 0) + 1, endOf(log));
    }
  } catch {
    expel();
    await handler.release(true);
    return 'crashed';
  }
  await handler.release(false);
  expel();
  const plan = parsePlan(log.committed?.metadata ?? '');
  return plan?.last === undefined && log.committed?.offset === endOf(log) ? 'done' : 'crashed';
};
