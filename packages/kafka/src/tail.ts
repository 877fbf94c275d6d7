/**
 * Reads partitions without any group: plain fetches from offsets of our own, over a cluster object of kafkajs. One
 * fetch in flight a broker; the next goes out when every partition's records of the last were taken. A broker that is
 * away is waited for.
 */
import { NextcartError } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import type { KafkajsHome } from './connect-kafkajs.ts';
import { describe, kafkajsFields, logMoved } from './errors.ts';
import { fetchWait } from './fetch-wait.ts';
import type { Admin, Tail, TailOptions } from './kafka.ts';
import { type RawCluster, type RawFetchedPartition, READ_UNCOMMITTED } from './kafkajs-internals.ts';
import { toLogRecord } from './raw-records.ts';

const MAX_BYTES = 8 * 1024 * 1024;
const MAX_BYTES_A_PARTITION = 1024 * 1024;
const RETRY_MS = 500;
/** What no waiting mends; a topic that is deleted may be made again. */
const FATAL = new Set(['log_moved', 'internal']);

const startOffsets = async (admin: Admin, { topic, from }: TailOptions) => {
  const next = new Map<number, number>();
  const targets = new Map<number, number>();
  for (const { partition, start, end } of await admin.offsets(topic)) {
    const wanted = from === 'start' ? start : from === 'end' ? end : from.get(partition);
    if (wanted === undefined) continue;
    if (wanted < start || wanted > end) throw logMoved(topic, partition, wanted, start, end);
    next.set(partition, wanted);
    targets.set(partition, end);
  }
  if (typeof from !== 'string')
    for (const partition of from.keys())
      if (!next.has(partition))
        throw new NextcartError('bad_configuration', `topic ${topic} has no partition ${partition}`, { retry: false });
  return { next, targets };
};

/** Rejects with 'log_moved' where an offset that was asked for is not in the log. */
export const createTail = async (
  deps: { home: KafkajsHome; admin: Admin; log: Logger; clock: Clock },
  options: TailOptions,
): Promise<Tail> => {
  const { home, admin, clock } = deps;
  const { topic, onRecords } = options;
  const log = deps.log.child({ topic });
  const { next, targets } = await startOffsets(admin, options);
  const closed = new AbortController();
  const caughtUp = Promise.withResolvers<void>();
  caughtUp.promise.catch(() => undefined); // a caller may not care
  let cluster: RawCluster | undefined;
  let { topicId } = await admin.topic(topic);

  const arrive = (): void => {
    for (const [partition, target] of targets) if ((next.get(partition) ?? 0) >= target) targets.delete(partition);
    if (targets.size === 0) caughtUp.resolve();
  };
  arrive();

  /** The log was cut below, or made anew under us: said aloud, and read on from where it begins now. */
  const follow = async (): Promise<void> => {
    const now = await admin.topic(topic);
    const anew = now.topicId !== topicId;
    topicId = now.topicId;
    for (const { partition, start, end } of await admin.offsets(topic)) {
      const wanted = next.get(partition);
      if (wanted === undefined || (!anew && wanted >= start && wanted <= end)) continue;
      const error = logMoved(topic, partition, wanted, start, end);
      log.error({ err: error, partition, anew }, 'log_moved');
      if (targets.size > 0) throw error;
      next.set(partition, start);
    }
  };

  const connected = async (): Promise<RawCluster> => {
    if (cluster !== undefined) return cluster;
    // a topic that was made anew breaks the connection's view of it, so this is where it shows
    await follow();
    const fresh = home.cluster();
    try {
      await fresh.connect();
      await fresh.addMultipleTargetTopics([topic]);
    } catch (error) {
      await fresh.disconnect().catch(() => undefined);
      throw error;
    }
    cluster = fresh;
    return fresh;
  };
  const drop = async (): Promise<void> => {
    const old = cluster;
    cluster = undefined;
    if (old === undefined) return;
    // a connection whose peer is gone may wait for its answers
    await Promise.race([old.disconnect().catch(() => undefined), clock.sleep(RETRY_MS)]);
  };

  const hand = async (fetched: RawFetchedPartition, emptyAnswer: boolean): Promise<void> => {
    const { partition, messages } = fetched;
    const from = next.get(partition) ?? 0;
    const fresh = messages.filter(({ offset }) => Number(offset) >= from);
    const last = fresh.at(-1);
    if (last === undefined) {
      // compaction left an end without records: nothing in the whole answer means there is nothing to read below the
      // watermark, and a batch of old records only means that the batch ends in a hole
      if (messages.length > 0) next.set(partition, from + 1);
      else if (emptyAnswer) next.set(partition, Math.max(from, Number(fetched.highWatermark)));
      return;
    }
    const nextOffset = Number(last.offset) + 1;
    const records = fresh.filter(({ isControlRecord }) => isControlRecord !== true).map(toLogRecord);
    for (;;) {
      try {
        if (records.length > 0) await onRecords(partition, records, nextOffset);
        break;
      } catch (error) {
        if (targets.size > 0)
          throw new NextcartError('internal', `a reader of ${topic} failed: ${describe(error)}`, {
            retry: false,
            cause: error,
          });
        log.error({ partition, err: error }, 'tail_handler_failed');
        await clock.sleep(RETRY_MS, closed.signal);
      }
    }
    next.set(partition, nextOffset);
  };

  const readBroker = async (raw: RawCluster, nodeId: string, partitions: readonly number[]): Promise<void> => {
    const broker = await raw.findBroker({ nodeId });
    const { minBytes, maxWaitMs, restMs } = fetchWait(targets.size > 0 ? 'prompt' : options.fetch);
    const { responses } = await broker.fetch({
      isolationLevel: READ_UNCOMMITTED,
      maxWaitTime: maxWaitMs,
      minBytes,
      maxBytes: MAX_BYTES,
      topics: [
        {
          topic,
          partitions: partitions.map((partition) => ({
            partition,
            fetchOffset: String(next.get(partition)),
            maxBytes: MAX_BYTES_A_PARTITION,
          })),
        },
      ],
    });
    if (closed.signal.aborted) return;
    const answered = responses.flatMap((response) => response.partitions);
    const emptyAnswer = answered.every(({ messages }) => messages.length === 0);
    const results = await Promise.allSettled(answered.map((fetched) => hand(fetched, emptyAnswer)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    arrive();
    const atEnd = answered.every(({ partition, highWatermark }) => (next.get(partition) ?? 0) >= Number(highWatermark));
    if (atEnd && !emptyAnswer && restMs > 0) await clock.sleep(restMs);
  };

  const run = async (): Promise<void> => {
    while (!closed.signal.aborted) {
      try {
        const raw = await connected();
        const leaders = Object.entries(raw.findLeaderForPartitions(topic, [...next.keys()]));
        if (leaders.length === 0) throw new Error(`no partition of ${topic} has a leader`);
        await Promise.all(leaders.map(([nodeId, partitions]) => readBroker(raw, nodeId, partitions)));
      } catch (error) {
        if (closed.signal.aborted) break;
        if (error instanceof NextcartError && FATAL.has(error.code)) throw error;
        if (kafkajsFields(error).name === 'KafkaJSOffsetOutOfRange') await follow();
        else {
          log.warn({ detail: describe(error) }, 'tail_waits_for_broker');
          await drop();
        }
        await clock.sleep(RETRY_MS, closed.signal).catch(() => undefined);
      }
    }
  };
  const running = (next.size === 0 ? Promise.resolve() : run())
    .catch((error: unknown) => {
      log.error({ err: error }, 'tail_stopped');
      caughtUp.reject(error);
    })
    .then(drop);

  return {
    caughtUp: caughtUp.promise,
    position: () => next,
    close: async () => {
      closed.abort(new Error('the tail was closed'));
      await running;
      caughtUp.reject(new NextcartError('internal', 'the tail was closed before it had caught up', { retry: false }));
    },
  };
};
