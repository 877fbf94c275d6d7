import { once } from 'node:events';
import { topics } from '@nextcart/contracts';
import { createKafka } from '@nextcart/kafka';
import { collectSeldom, createLogger, helpersStandBack, systemClock } from '@nextcart/runtime';
import { readListStamps, TAIL_BYTES } from './list-tail-fields.ts';
import { DUE_HEADER, preciseNow, type ReaderMessage } from './plan.ts';

/**
 * An outside client that reads both topics from their ends, in a process of its own: a pause of it counts as latency, and
 * beside what a bench holds in memory each would be long. What it keeps is bytes in one buffer and numbers beside them.
 */
collectSeldom();
helpersStandBack();
const KEPT_BYTES = 512 * 1024 * 1024; // of address space; what is not written to takes none
/** Of each record, below. */
const FIELDS = 6;
type Row = readonly [number, number, number, number, number, number];

const kept = Buffer.allocUnsafeSlow(KEPT_BYTES);
let end = 0;
/** Where a copy of the bytes begins. */
const keep = (bytes: Buffer): number => {
  const start = end;
  end += bytes.copy(kept, start);
  return start;
};
const NONE = -1;
/** Numbers of each record in turn: no objects that a collection would have to visit. */
const lists: number[] = [];
const events: number[] = [];

const log = createLogger('bench-reader', 'error');
const connection = { brokers: (process.argv[2] ?? '').split(','), clientId: 'nextcart-bench-reader' };
const kafka = createKafka({ connection, log, clock: systemClock });
const listsTail = await kafka.tail({
  topic: topics.recommendations.name,
  from: 'end',
  onRecords: async (partition, records) => {
    const readAt = preciseNow();
    for (const { key, value } of records) {
      if (key === null) continue;
      // decoded at the end: what a fetch brought must not be kept alive
      const tail = value?.subarray(-TAIL_BYTES);
      const place = tail === undefined ? NONE : keep(tail);
      lists.push(partition, readAt, keep(key), key.length, place, tail?.length ?? 0);
    }
  },
});
const eventsTail = await kafka.tail({
  topic: topics.events.name,
  from: 'end',
  fetch: 'bulk', // when an event was read is not what is timed
  onRecords: async (partition, records) => {
    for (const { offset, key, appendedAt, headers } of records) {
      const due = headers?.[DUE_HEADER];
      if (due !== undefined && key !== null)
        events.push(partition, offset, appendedAt, Number(due.toString()), keep(key), key.length);
    }
  },
});
await Promise.all([listsTail.caughtUp, eventsTail.caughtUp]);
const say = (message: ReaderMessage): void => void process.send?.(message);
say({ kind: 'ready' });

await once(process, 'message');
await Promise.all([listsTail.close(), eventsTail.close()]);
const textAt = (start: number, length: number): string => kept.toString('utf8', start, start + length);
const rows = (numbers: readonly number[]): Row[] =>
  Array.from(
    { length: numbers.length / FIELDS },
    (_, row) => numbers.slice(row * FIELDS, (row + 1) * FIELDS) as unknown as Row,
  );
say({
  kind: 'done',
  recording: {
    lists: rows(lists).map(([partition, readAt, key, keyLength, tail, tailLength]) => ({
      ...{ partition, readAt, subject: textAt(key, keyLength) },
      stamps: tail === NONE ? null : readListStamps(kept.subarray(tail, tail + tailLength)),
    })),
    events: rows(events).map(([partition, offset, appendedAt, due, key, keyLength]) => ({
      ...{ partition, offset, appendedAt, due, subject: textAt(key, keyLength) },
    })),
  },
});
await once(process, 'disconnect');
await kafka.close();
