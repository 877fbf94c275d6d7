import { once } from 'node:events';
import { topics } from '@nextcart/contracts';
import { createKafka } from '@nextcart/kafka';
import { UNTRAINED } from '@nextcart/ranking';
import { collectSeldom, createLogger, helpersStandBack, systemClock } from '@nextcart/runtime';
import { createKeptBytes } from './kept-bytes.ts';
import { readListStamps, TAIL_BYTES } from './list-tail-fields.ts';
import { DUE_HEADER, preciseNow } from './plan.ts';
import type { ReaderMessage } from './recorder.ts';

/**
 * Reads both topics from their ends, in a process of its own: a pause of it counts as latency, and beside all that a bench
 * holds in memory each would be long. What it keeps is bytes in chunks and numbers beside them, for the same reason.
 */
process.once('disconnect', () => process.exit()); // whoever wanted it is gone
collectSeldom();
helpersStandBack();

const kept = createKeptBytes();
/** partition, readAt, key, its length, tail, its length, 1 where it is by models; a tombstone's tail has no length. */
const lists: number[] = [];
/** partition, offset, appendedAt, due, key, its length, nothing. */
const events: number[] = [];
const FIELDS = 7;
type Row = readonly [number, number, number, number, number, number, number];
const rowsOf = (numbers: readonly number[]): Row[] =>
  Array.from({ length: numbers.length / FIELDS }, (_, row) => numbers.slice(row * FIELDS, (row + 1) * FIELDS) as never);

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
      const tail = value?.subarray(-TAIL_BYTES) ?? Buffer.alloc(0); // decoded at the end
      const byModels = value?.includes(UNTRAINED) === false; // no bench has an item of that name
      lists.push(partition, readAt, kept.keep(key), key.length, kept.keep(tail), tail.length, Number(byModels));
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
        events.push(partition, offset, appendedAt, Number(due.toString()), kept.keep(key), key.length, 0);
    }
  },
});
await Promise.all([listsTail.caughtUp, eventsTail.caughtUp]);
const say = (message: ReaderMessage): void => void process.send?.(message);
say({ kind: 'ready' });

await once(process, 'message');
await Promise.all([listsTail.close(), eventsTail.close()]);
say({
  kind: 'done',
  recording: {
    lists: rowsOf(lists).map(([partition, readAt, key, keyLength, tail, tailLength, byModels]) => ({
      ...{ partition, readAt, subject: kept.at(key, keyLength).toString(), byModels: byModels === 1 },
      stamps: tailLength === 0 ? null : readListStamps(kept.at(tail, tailLength)),
    })),
    events: rowsOf(events).map(([partition, offset, appendedAt, due, key, keyLength]) => ({
      ...{ partition, offset, appendedAt, due, subject: kept.at(key, keyLength).toString() },
    })),
  },
});
