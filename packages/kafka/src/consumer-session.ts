/**
 * One kafkajs consumer from its start to its end. Invariants:
 * - a partition is paused from the moment it is assigned until its handler has said where to start, and is sought
 *   there before it is resumed, so no record comes from anywhere else;
 * - a batch is handed on only if it was asked for at the offset expected: kafkajs silently starts again at the log's
 *   beginning when an offset is out of range;
 * - no error of a handler reaches kafkajs (a TypeError would end the consumer for good): the partition is begun anew;
 * - release is awaited before this member asks the group for a new generation or leaves it.
 */
import { NextcartError } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import type { EachBatchPayload } from 'kafkajs';
import { commitOffset } from './commit-offset.ts';
import type { KafkajsHome } from './connect-kafkajs.ts';
import { retryForever } from './connect-kafkajs.ts';
import { describe, isExpelled, logMoved } from './errors.ts';
import { fetchWait } from './fetch-wait.ts';
import { hookMembership, type Membership } from './hook-membership.ts';
import type { Admin, Assignment, ConsumeOptions } from './kafka.ts';
import { createOwnedPartition, type OwnedPartition } from './owned-partition.ts';
import { toLogRecords } from './raw-records.ts';

export const DEFAULT_SESSION_TIMEOUT_MS = 10_000;
const REBALANCE_TIMEOUT_MS = 60_000;
/** An insert that is told to stop needs time to hear it. */
const ABORT_MARGIN_MS = 4000;
const PROBE_MS = 1000;
const MEMBERSHIP_POLL_MS = 100;
/** Goodbyes to a group that gave trouble are not waited for any longer. */
const SHORT_PATIENCE_MS = 2000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;

export interface ConsumerSession {
  owned(): number[];
  lastActivity(): number;
  trouble(): string | null;
  /** Topic ids that the handlers were told, for the one who watches whether the topic was made anew. */
  topicId(): string | null;
  readonly ended: Promise<unknown>;
  close(): Promise<void>;
}

interface Deps {
  readonly home: KafkajsHome;
  readonly admin: Admin;
  readonly log: Logger;
  readonly clock: Clock;
  readonly options: ConsumeOptions;
}

/** Resolves when it has joined the group once. */
export const startConsumerSession = async (deps: Deps): Promise<ConsumerSession> => {
  const { home, admin, clock, options } = deps;
  const { groupId, topic, sessionTimeoutMs = DEFAULT_SESSION_TIMEOUT_MS } = options;
  const { minBytes, maxWaitMs, restMs } = fetchWait(options.fetch);
  const log = deps.log.child({ groupId, topic });
  const heartbeatIntervalMs = Math.min(1000, Math.max(100, sessionTimeoutMs / 10));
  const doubtAfterMs = Math.max(
    Math.min(sessionTimeoutMs, REBALANCE_TIMEOUT_MS) - ABORT_MARGIN_MS,
    Math.floor(sessionTimeoutMs * 0.6),
  );
  const { partitions: concurrency } = await admin.topic(topic);
  // answers only when the group's coordinator has loaded: kafkajs would crash on one that has not
  await admin.committed(groupId, topic);

  const owned = new Map<number, OwnedPartition>();
  /** On their way out: a commit of theirs waits for a broker that is away. */
  const leaving = new Set<OwnedPartition>();
  /** Partitions on their way to a handler; aborted when the generation ends. */
  const loading = new Map<number, AbortController>();
  /** The loads and releases of a partition happen one after the other. */
  const chains = new Map<number, Promise<void>>();
  const troubles = new Map<number | 'group', string>();
  let epoch = 0;
  let topicId: string | null = null;
  let lastActivity = clock.monotonic();
  let lastHeartbeat = clock.monotonic();
  let expelledBy: unknown;
  let closing = false;
  let heartbeatOfBatch: (() => Promise<void>) | undefined;
  const ended = Promise.withResolvers<unknown>();

  const inDoubt = () => clock.monotonic() - lastHeartbeat > doubtAfterMs;

  const releaseAll = async (): Promise<void> => {
    epoch += 1;
    for (const controller of loading.values()) controller.abort(new Error('the group rebalances'));
    loading.clear();
    const mine = [...owned.values()];
    owned.clear();
    await Promise.all(
      mine.map(async (partition) => {
        leaving.add(partition);
        await partition.release();
        leaving.delete(partition);
      }),
    );
  };

  const hook = hookMembership(groupId, releaseAll);
  const consumer = home.client.consumer({
    groupId,
    partitionAssigners: [hook.assigner],
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    heartbeatInterval: heartbeatIntervalMs,
    minBytes,
    maxWaitTimeInMs: maxWaitMs,
    readUncommitted: true,
    allowAutoTopicCreation: false,
    ...(options.maxBytesPerPartition === undefined ? {} : { maxBytesPerPartition: options.maxBytesPerPartition }),
    // a crash always ends this session: the supervisor makes a new one, which is one way instead of two
    retry: { ...retryForever, restartOnFailure: async () => false },
  });

  const load = async (partition: number, mine: number, membership: Membership): Promise<void> => {
    for (let pauseMs = FIRST_PAUSE_MS; mine === epoch && !closing; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const controller = new AbortController();
      loading.set(partition, controller);
      let handed: OwnedPartition | undefined;
      try {
        while (inDoubt() && mine === epoch) {
          troubles.set(partition, 'the Kafka broker answered no heartbeat lately');
          await clock.sleep(MEMBERSHIP_POLL_MS);
        }
        if (mine !== epoch) return;
        const [described, offsets, committed] = await Promise.all([
          admin.topic(topic),
          admin.offsets(topic),
          admin.committed(groupId, topic),
        ]);
        if (mine !== epoch) return;
        topicId = described.topicId;
        const range = offsets[partition];
        if (range === undefined) throw new Error(`partition ${partition} is not there`);
        const assignment: Assignment = {
          topicId: described.topicId,
          partition,
          start: range.start,
          end: range.end,
          committed: committed.get(partition) ?? null,
          signal: controller.signal,
          commit: (offset, metadata = '') =>
            commitOffset({
              hook,
              membership,
              groupId,
              topic,
              partition,
              offset,
              metadata,
              signal: controller.signal,
              clock,
            }),
        };
        const handler = await options.onAssigned(assignment);
        handed = createOwnedPartition({ partition, handler, controller, log });
        if (mine !== epoch || closing) controller.abort(new Error('the group rebalances'));
        if (controller.signal.aborted) {
          await handed.release();
          continue;
        }
        const { startOffset } = handler;
        // the log goes on while a handler is made: what it chose may be above the end it was told
        const now = startOffset > range.end ? (await admin.offsets(topic))[partition] : range;
        if (startOffset < range.start || startOffset > (now?.end ?? range.end))
          throw logMoved(topic, partition, startOffset, range.start, now?.end ?? range.end);
        if (mine !== epoch) {
          controller.abort(new Error('the group rebalances'));
          await handed.release();
          return;
        }
        owned.set(partition, handed);
        troubles.delete(partition);
        consumer.seek({ topic, partition, offset: String(startOffset) });
        consumer.resume([{ topic, partitions: [partition] }]);
        log.info({ partition, startOffset, start: range.start, end: range.end }, 'partition_assigned');
        return;
      } catch (error) {
        controller.abort(error);
        await handed?.release();
        if (mine !== epoch) return;
        troubles.set(partition, describe(error));
        const moved = error instanceof NextcartError && error.code === 'log_moved';
        log[moved ? 'error' : 'warn']({ partition, err: error }, moved ? 'log_moved' : 'assignment_failed');
      } finally {
        if (loading.get(partition) === controller) loading.delete(partition);
      }
      await clock.sleep(pauseMs);
    }
  };

  const enqueueLoad = (partition: number, membership: Membership, pauseMs: number): void => {
    const mine = epoch;
    const before = chains.get(partition) ?? Promise.resolve();
    chains.set(
      partition,
      before.then(async () => {
        if (pauseMs > 0) await clock.sleep(pauseMs);
        await load(partition, mine, membership);
      }),
    );
  };

  /** Takes a partition from its handler and begins it anew, in the same generation. */
  const beginAnew = async (partition: OwnedPartition, reason: unknown): Promise<void> => {
    const membership = hook.membership();
    if (owned.get(partition.partition) !== partition) return;
    owned.delete(partition.partition);
    consumer.pause([{ topic, partitions: [partition.partition] }]);
    troubles.set(partition.partition, describe(reason));
    partition.abort(reason);
    const mine = epoch;
    await partition.release();
    if (mine === epoch && membership !== null) enqueueLoad(partition.partition, membership, FIRST_PAUSE_MS);
  };

  /** True where the batch may be handed on. */
  const isExpected = async (partition: OwnedPartition, askedFrom: number): Promise<boolean> => {
    if (askedFrom === partition.nextOffset) return true;
    const range = (await admin.offsets(topic))[partition.partition];
    const expected = partition.nextOffset;
    if (range === undefined || expected < range.start || expected > range.end) {
      const error = logMoved(topic, partition.partition, expected, range?.start ?? 0, range?.end ?? 0);
      log.error({ err: error, partition: partition.partition }, 'log_moved');
      await beginAnew(partition, error);
      return false;
    }
    // above: kafkajs stepped over a stretch that compaction emptied
    if (askedFrom > expected) return true;
    consumer.seek({ topic, partition: partition.partition, offset: String(expected) });
    return false;
  };

  const eachBatch = async ({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> => {
    heartbeatOfBatch = heartbeat;
    lastActivity = clock.monotonic();
    const partition = owned.get(batch.partition);
    if (partition === undefined || partition.signal.aborted) return;
    try {
      const askedFrom = Number((batch as unknown as { fetchedOffset: string }).fetchedOffset);
      // fetchers that are made anew (a broker came back) know nothing of what the old ones brought: handed on once
      if (partition.isBusy() || !(await isExpected(partition, askedFrom)) || !partition.wants(askedFrom)) return;
      const lastOffset = batch.lastOffset();
      const [nextOffset, end] = [Number(lastOffset) + 1, Number(batch.highWatermark)];
      await partition.process(toLogRecords(batch.messages), nextOffset, end);
      if (!partition.signal.aborted) resolveOffset(lastOffset);
      // kafkajs fetches again when every partition's handler is through
      if (restMs > 0 && nextOffset >= end) await clock.sleep(restMs);
    } catch (error) {
      if (!partition.signal.aborted) {
        log.warn({ partition: batch.partition, err: error }, 'partition_handler_failed');
        await beginAnew(partition, error);
      }
    }
    lastActivity = clock.monotonic();
    // an Error of kafkajs's own, by which it knows to join again
    if (expelledBy !== undefined) throw expelledBy as Error;
  };

  const abortAll = (reason: unknown): void => {
    for (const controller of loading.values()) controller.abort(reason);
    for (const partition of [...owned.values(), ...leaving]) partition.abort(reason);
  };

  const beat = async (): Promise<void> => {
    const anyBusy = [...owned.values()].some((partition) => partition.isBusy());
    if (anyBusy && expelledBy === undefined)
      await heartbeatOfBatch?.().catch((error: unknown) => {
        if (!isExpelled(error)) return; // a lost connection: the age of the last good one decides
        expelledBy = error;
        abortAll(error);
      });
    if (!inDoubt() || owned.size === 0) return;
    const error = new Error(`the Kafka broker answered no heartbeat for ${doubtAfterMs} ms`);
    abortAll(error);
    await Promise.all([...owned.values()].map((partition) => beginAnew(partition, error)));
  };
  const timer = setInterval(() => void beat(), heartbeatIntervalMs / 2);

  /** A broker that answers us for a whole session while the group's heartbeats don't: this client won't recover. */
  const watchSilence = async (): Promise<void> => {
    for (let answersSince: number | null = null; !closing; ) {
      await clock.sleep(PROBE_MS);
      const answers = inDoubt() && (await admin.topic(topic).then(Boolean, () => false));
      const now = clock.monotonic();
      answersSince = answers && inDoubt() ? (answersSince ?? now) : null;
      if (answersSince === null || now - answersSince < sessionTimeoutMs) continue;
      ended.resolve(new Error('the broker answers, the group does not'));
      return;
    }
  };

  const touch = () => {
    lastActivity = clock.monotonic();
  };
  const { events } = consumer;
  consumer.on(events.FETCH, () => {
    touch();
    if (!hook.joinFailed() || closing) return;
    const error = new Error('the client went on without having joined the group');
    troubles.set('group', error.message);
    ended.resolve(error);
  });
  consumer.on(events.HEARTBEAT, () => {
    touch();
    lastHeartbeat = clock.monotonic();
  });
  consumer.on(events.GROUP_JOIN, ({ payload }) => {
    touch();
    lastHeartbeat = clock.monotonic();
    expelledBy = undefined;
    epoch += 1;
    troubles.clear();
    const partitions = payload.memberAssignment[topic] ?? [];
    const membership = hook.membership();
    if (membership === null || partitions.length === 0 || closing) return;
    consumer.pause([{ topic, partitions }]);
    for (const partition of partitions) enqueueLoad(partition, membership, 0);
  });
  consumer.on(events.CRASH, ({ payload }) => {
    troubles.set('group', describe(payload.error));
    void releaseAll().then(() => ended.resolve(payload.error));
  });

  const close = async (): Promise<void> => {
    closing = true;
    const stopped = (async () => {
      await releaseAll();
      await consumer.disconnect();
    })().catch((error: unknown) => log.warn({ detail: describe(error) }, 'consumer_close_failed'));
    // a broker that is away answers neither the commit of a release nor the departure
    const patience = new AbortController();
    const patienceMs = troubles.has('group') || inDoubt() ? SHORT_PATIENCE_MS : sessionTimeoutMs;
    await Promise.race([stopped, clock.sleep(patienceMs, patience.signal).catch(() => undefined)]);
    patience.abort();
    clearInterval(timer);
    abortAll(new Error('closed'));
    ended.resolve(undefined);
  };

  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch,
    });
  } catch (error) {
    await close();
    throw error;
  }
  void watchSilence();
  return {
    owned: () => [...owned.keys()].sort((a, b) => a - b),
    lastActivity: () => lastActivity,
    trouble: () => [...troubles.values()][0] ?? null,
    topicId: () => topicId,
    ended: ended.promise,
    close,
  };
};
