import type { LogRecord } from '@nextcart/contracts';
import { formatPlan, NextcartError } from '@nextcart/contracts';
import type { Assignment, PartitionHandler } from '@nextcart/kafka';
import { untilDone } from '@nextcart/runtime';
import { type Batch, createBatch } from './batch.ts';
import { type DeliveryDeps, deliverBatch } from './deliver-batch.ts';
import { createLanded } from './lander.ts';
import { resumePartition } from './resume-partition.ts';

/**
 * One partition from assignment to release.
 * - `work` runs one thing at a time: records that are judged, a batch that is delivered, the timer.
 * - A batch is cut by rows, bytes or the timer; a range that was planned before a crash is cut where it was, whatever
 *   the limits are now, and nothing is planned before it is in.
 * - While the log has more to read, the timer lets a batch fill for some turns: a row of a block of 250,000 costs the
 *   store two thirds of one of 50,000, and a partition that is behind is not read by the second.
 * - While a batch is delivered no more records are taken: the buffer is the batch's.
 */
export interface BatchLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly flushMs: number;
}

export interface PartitionView {
  /** Next offset that is not in the store yet. */
  inserted(): number;
  watermarks(): Readonly<Record<string, number>>;
  /** An error that the timer met and that the next records will be answered with. */
  trouble(): string | null;
}

export interface PartitionDeps extends Omit<DeliveryDeps, 'assignment'> {
  readonly assignment: Assignment;
  readonly limits: BatchLimits;
}

/** Turns of the timer that a batch may be filled for. */
export const FILL_TURNS = 5;
/** Lists wait so much longer for company than events: dashboards alone read them, and each insert costs some 30 ms of CPU. */
export const LISTS_WAIT = 2;

/** Spreads the partitions' turns over the time between two: inserts all at once would hold up everybody's lists. */
const GOLDEN_RATIO = 0.618;

/** On release a batch gets this long, far below a rebalance's 60 s; what is not in by then is the next owner's. */
const RELEASE_MS = 5000;

export const openPartition = async (
  deps: PartitionDeps,
): Promise<{ readonly handler: PartitionHandler; readonly view: PartitionView }> => {
  const { assignment, lander, limits, clock, retry, topic, metrics } = deps;
  const { log } = retry;
  const { topicId, partition } = assignment;
  const resumed = await resumePartition({ assignment, sink: deps.sink, lander, log });

  const batch: Batch = createBatch();
  const landed = createLanded();
  const ended = new AbortController();
  const signal = AbortSignal.any([assignment.signal, ended.signal]);
  let planned = resumed.planned;
  let position = resumed.startOffset;
  /** Of the log, when records came last. */
  let end = 0;
  let turns = 0;
  let inserted = resumed.startOffset;
  let acknowledged = assignment.committed?.offset ?? -1;
  let watermarks: Readonly<Record<string, number>> = {};
  let failure: Error | null = null;
  let released = false;

  let last: Promise<unknown> = Promise.resolve();
  const work = <T>(job: () => Promise<T>): Promise<T> => {
    const next = last.then(job);
    last = next.catch(() => {});
    return next;
  };

  const flush = async (): Promise<void> => {
    const range = planned ?? {
      first: batch.size === 0 ? position : batch.records.offsetOf(0),
      last: batch.size === 0 ? position : batch.records.offsetOf(batch.size - 1),
    };
    const startedAt = clock.monotonic();
    if (batch.size > 0) {
      const rows = batch.size;
      await deliverBatch(deps, batch, { ...range, again: planned !== null || failure !== null }, signal);
      metrics.batch(topic, rows, (clock.monotonic() - startedAt) / 1000);
      acknowledged = range.first;
      watermarks = batch.stateBefore(batch.size).watermarks;
    }
    inserted = Math.max(inserted, range.last + 1);
    planned = null;
    turns = 0;
    batch.clear();
  };
  /** Everything is in: says so without planning anything, so that the group's lag is what it is. */
  const acknowledge = async (): Promise<void> => {
    if (planned !== null || batch.size > 0 || acknowledged >= position) return;
    const at = position;
    const plan = formatPlan({ topicId, ...lander.beginBatch(false) });
    await untilDone(retry, `${topic}/${partition}`, signal, () => assignment.commit(at, plan));
    acknowledged = at;
    inserted = Math.max(inserted, at);
    deps.faultPoint('acknowledged');
  };

  const take = async (records: readonly LogRecord[], nextOffset: number, logEnd: number): Promise<void> => {
    const receivedAt = clock.now();
    for (const record of records) {
      if (planned !== null && record.offset > planned.last) await flush();
      if (batch.size === 0) batch.begin(lander.beginBatch(planned !== null));
      lander.land(record, receivedAt, batch.rows, landed);
      batch.add(record, landed);
      if (planned === null && (batch.size >= limits.maxRows || batch.rows.sizeBytes >= limits.maxBytes)) await flush();
    }
    position = nextOffset;
    end = logEnd;
    if (planned !== null && nextOffset > planned.last) await flush();
  };
  const cut = async (): Promise<void> => {
    if (planned !== null) return; // its records are still being read again
    if (batch.size > 0) await flush();
    else await acknowledge();
  };
  const tick = async (): Promise<void> => {
    turns += 1;
    if (position >= end || turns >= FILL_TURNS) await cut();
  };
  const keepTime = async (): Promise<void> => {
    await clock.sleep(limits.flushMs * ((partition * GOLDEN_RATIO) % 1), signal);
    while (!signal.aborted && !released) {
      await clock.sleep(limits.flushMs, signal);
      try {
        await work(tick);
        failure = null;
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        if (!signal.aborted) log.error({ err: error, topic, partition }, 'batch_failed');
      }
    }
  };
  void keepTime().catch(() => {}); // the sleep's own end

  const handler: PartitionHandler = {
    startOffset: resumed.startOffset,
    process: async (records, nextOffset, logEnd) => {
      try {
        await untilDone(retry, `${topic}/${partition}`, signal, () => lander.prepare(records));
        await work(async () => {
          // a batch that failed must not be added to: the consumer begins anew from the plan
          if (failure !== null) throw failure;
          await take(records, nextOffset, logEnd);
        });
      } catch (error) {
        ended.abort(error); // whatever becomes of the consumer, this handler's timer inserts nothing more
        throw error;
      }
    },
    release: async (lost) => {
      released = true;
      const reason = new NextcartError('lost_partition', 'the partition was released', {
        ...{ retry: false, context: { topic, partition } },
      });
      if (lost) ended.abort(reason);
      const waited = new AbortController();
      const deadline = clock
        .sleep(RELEASE_MS, waited.signal)
        .then(() => ended.abort(reason))
        .catch(() => {});
      try {
        if (!lost && failure === null)
          await work(async () => {
            await cut();
            await acknowledge();
          });
        await last;
      } catch (error) {
        log.warn({ err: error, topic, partition }, 'release_left_a_batch');
      } finally {
        waited.abort();
        await deadline;
        ended.abort(reason);
      }
    },
  };
  const view: PartitionView = {
    inserted: () => inserted,
    watermarks: () => watermarks,
    trouble: () => failure?.message ?? null,
  };
  return { handler, view };
};
