/**
 * Invariants: one send is in flight at a time, so records of a partition reach the log in the order they were handed
 * over; a record is acknowledged to the caller only after all replicas have it; a send that failed or got no answer is
 * repeated until the producer is closed, so a record may be there twice, and none is lost without a word. Not idempotent
 * on purpose: kafkajs's idempotent producer lost acknowledged records in fault runs. Nothing is packed
 * (docs/decisions/0031-plain-batches.md).
 */
import { NextcartError } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import kafkajs, { type Message } from 'kafkajs';
import { type KafkajsHome, REQUEST_TIMEOUT_MS, retryBriefly } from './connect-kafkajs.ts';
import { describe, kafkajsFields } from './errors.ts';
import type { Admin, OutgoingRecord, Producer, ProducerOptions } from './kafka.ts';
import { createSendQueue, MAX_RECORD_BYTES, type Queued, sizeBytes } from './send-queue.ts';

/** Some seconds of a busy shop. */
const DEFAULT_MAX_QUEUED_BYTES = 16 * 1024 * 1024;
const RETRY_MS = 500;
/** Two answers of a broker that is slow, and below what a process gives each of its stops (15 s). */
const CLOSE_TIMEOUT_MS = 10_000;

/** What the broker will say again however often it is asked. */
const REFUSED = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'TOPIC_AUTHORIZATION_FAILED']);

const toMessage = ({ key, value, partition, headers }: OutgoingRecord): Message => ({
  key,
  value,
  ...(partition === undefined ? {} : { partition }),
  ...(headers === undefined ? {} : { headers: { ...headers } }),
});

export const createProducer = async (
  deps: { home: KafkajsHome; admin: Admin; log: Logger; clock: Clock },
  options: ProducerOptions = {},
): Promise<Producer> => {
  const { home, admin, log, clock } = deps;
  const { maxQueuedBytes = DEFAULT_MAX_QUEUED_BYTES, closeTimeoutMs = CLOSE_TIMEOUT_MS } = options;
  const make = () =>
    home.brief.producer({
      allowAutoTopicCreation: false,
      idempotent: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: retryBriefly,
    });
  let client = make();
  let connected = false;
  let inFlight: readonly Queued[] = [];
  let pumping: Promise<void> | undefined;
  let closed = false;
  /** Aborted with the error that unsent records get. */
  const givenUp = new AbortController();
  const queue = createSendQueue();
  let room = Promise.withResolvers<void>();
  const knownTopics = new Map<string, Promise<void>>();

  /** A topic that is not there would be waited for in silence; a broker that does not answer is waited for. */
  const topicIsThere = (name: string): Promise<void> => {
    const check = async () => {
      for (;;) {
        givenUp.signal.throwIfAborted();
        try {
          await admin.topic(name);
          return;
        } catch (error) {
          if (error instanceof NextcartError && !error.retry) throw error;
          log.warn({ topic: name, detail: describe(error) }, 'producer_waits_for_broker');
          await clock.sleep(RETRY_MS, givenUp.signal).catch(() => undefined);
        }
      }
    };
    let known = knownTopics.get(name);
    if (known === undefined) {
      known = check();
      knownTopics.set(name, known);
      known.catch(() => knownTopics.delete(name));
    }
    return known;
  };

  const sendOnce = async (items: readonly Queued[]): Promise<void> => {
    if (!connected) {
      await client.connect();
      connected = true;
    }
    const byTopic = new Map<string, Message[]>();
    for (const { record } of items) {
      const messages = byTopic.get(record.topic);
      if (messages === undefined) byTopic.set(record.topic, [toMessage(record)]);
      else messages.push(toMessage(record));
    }
    await client.sendBatch({
      acks: -1,
      timeout: REQUEST_TIMEOUT_MS,
      topicMessages: [...byTopic].map(([topic, messages]) => ({ topic, messages })),
    });
  };

  /** A new client for the next attempt: the old one's view of the cluster may be what is wrong. */
  const renew = async (): Promise<void> => {
    const old = client;
    client = make();
    connected = false;
    await Promise.race([old.disconnect().catch(() => undefined), clock.sleep(RETRY_MS)]);
  };

  const sendAllOf = async (items: readonly Queued[]): Promise<void> => {
    for (let attempt = 1; !givenUp.signal.aborted; attempt += 1) {
      try {
        await sendOnce(items);
        for (const item of items) item.settle();
        if (attempt > 1) log.info({ attempt }, 'producer_sends_again');
        return;
      } catch (error) {
        if (givenUp.signal.aborted) return;
        if (REFUSED.has(kafkajsFields(error).type ?? '')) {
          if (items.length === 1) {
            const cause = new NextcartError('bad_input', `the broker refuses a record: ${describe(error)}`, {
              retry: false,
              cause: error,
            });
            items[0]?.settle(cause);
            return;
          }
          // one bad record must not take its neighbours along
          for (const item of items) await sendAllOf([item]);
          return;
        }
        log.warn({ attempt, records: items.length, detail: describe(error) }, 'producer_send_failed');
        await clock.sleep(RETRY_MS, givenUp.signal).catch(() => undefined);
        if (!givenUp.signal.aborted) await renew();
      }
    }
  };

  const pump = async (): Promise<void> => {
    // let the rest of this turn of the event loop hand over its records, they go along
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const items = queue.take();
      inFlight = items;
      if (queue.bytes < maxQueuedBytes) {
        room.resolve();
        room = Promise.withResolvers();
      }
      await sendAllOf(items);
      inFlight = [];
    }
  };
  const startPump = (): void => {
    pumping ??= pump().finally(() => {
      pumping = undefined;
      if (queue.length > 0) startPump();
    });
  };

  const drained = async (): Promise<void> => {
    await turn;
    while (pumping !== undefined) await pumping;
  };

  /** What the broker has not acknowledged is rejected; what is in flight may yet arrive. */
  const giveUp = (): void => {
    const unsent = inFlight.filter(({ settled }) => !settled);
    while (queue.length > 0) unsent.push(...queue.take());
    const error = new NextcartError(
      'broker_unavailable',
      `the producer was closed, and within ${closeTimeoutMs / 1000} s the broker did not acknowledge what was sent last`,
      { retry: false, cure: 'send it again when the broker is back', context: { records: unsent.length } },
    );
    log.warn({ records: unsent.length }, 'producer_gave_up');
    givenUp.abort(error);
    for (const item of unsent) item.settle(error);
    room.resolve();
    // an attempt that is under way may still open a connection
    void pumping?.then(() => client.disconnect()).catch(() => undefined);
  };

  /** In order of the calls: a call that waits for room holds those behind it. */
  let turn: Promise<void> = Promise.resolve();

  return {
    queued: () => queue.length + inFlight.length,
    sendAll: async (records) => {
      if (closed) throw new NextcartError('internal', 'the producer is closed', { retry: false });
      if (records.length === 0) return;
      const sized = records.map((record) => ({ record, bytes: sizeBytes(record) }));
      const tooLarge = sized.find(({ bytes }) => bytes > MAX_RECORD_BYTES);
      if (tooLarge !== undefined)
        throw new NextcartError('bad_input', `a record of ${tooLarge.bytes} bytes is more than a broker takes`, {
          retry: false,
          context: { topic: tooLarge.record.topic, sizeBytes: tooLarge.bytes },
        });
      const mine = turn;
      const next = Promise.withResolvers<void>();
      turn = next.promise;
      const all = Promise.withResolvers<void>();
      all.promise.catch(() => undefined);
      let left = records.length;
      const queued = (record: OutgoingRecord, bytes: number): Queued => {
        const item = {
          ...{ record, bytes, settled: false },
          settle: (error?: Error): void => {
            if (item.settled) return;
            item.settled = true;
            if (error !== undefined) all.reject(error);
            left -= 1;
            if (left === 0) all.resolve();
          },
        };
        return item;
      };
      try {
        await mine;
        for (const name of new Set(records.map(({ topic }) => topic))) await topicIsThere(name);
        for (const { record, bytes } of sized) {
          while (queue.bytes >= maxQueuedBytes && !givenUp.signal.aborted) await room.promise;
          givenUp.signal.throwIfAborted();
          queue.push(queued(record, bytes));
          startPump();
        }
      } finally {
        next.resolve();
      }
      await all.promise;
    },
    close: async () => {
      closed = true;
      const done = new AbortController();
      await Promise.race([drained(), clock.sleep(closeTimeoutMs, done.signal).then(giveUp, () => undefined)]);
      done.abort();
      await Promise.race([client.disconnect().catch(() => undefined), clock.sleep(RETRY_MS)]);
    },
  };
};
