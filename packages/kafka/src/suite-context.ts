/** What the cases of the suite share: topics and groups of their own, and members that keep what they were told. */
import type { LogRecord } from '@nextcart/contracts';
import { uniqueName } from '@nextcart/runtime/testing';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Assignment, ConsumeOptions, Kafka, OutgoingRecord, PartitionHandler } from './kafka.ts';

/** A rebalance over a busy broker takes some seconds. */
export const WAIT = { timeout: 30_000, interval: 20 };
export const PARTITIONS = 4;
export const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, at) => at + from);

export type SuiteContext = ReturnType<typeof createSuiteContext>;

/** Registers the hooks; `fresh` gives a case its own topic and group. */
export const createSuiteContext = (make: () => Kafka) => {
  let kafka: Kafka;
  const topics: string[] = [];
  const open: { close(): Promise<void> }[] = [];
  beforeAll(() => {
    kafka = make();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((client) => client.close()));
    await kafka.admin.deleteTopics(topics.splice(0));
  });
  afterAll(() => kafka.close());

  const fresh = async (partitions = PARTITIONS) => {
    const topic = uniqueName('suite');
    const groupId = uniqueName('group');
    topics.push(topic);
    await kafka.admin.ensureTopics([
      { name: topic, schema: 'behaviour-event', partitions, config: { 'message.timestamp.type': 'LogAppendTime' } },
    ]);
    const record = (partition: number, text: string, to = topic): OutgoingRecord => ({
      topic: to,
      partition,
      key: Buffer.from(`key-${text}`),
      value: Buffer.from(text),
    });
    const send = async (records: readonly OutgoingRecord[]): Promise<void> => {
      const producer = await kafka.createProducer();
      await producer.sendAll(records);
      await producer.close();
    };
    const fill = (count: number, partition = 0): Promise<void> =>
      send(Array.from({ length: count }, (_, at) => record(partition, String(at))));

    /** A member that keeps what it was told; `handle` may replace parts of the handler. */
    const join = async (
      handle: (assignment: Assignment, seen: LogRecord[]) => Partial<PartitionHandler> = () => ({}),
      options: Partial<ConsumeOptions> = {},
    ) => {
      const assignments: Assignment[] = [];
      const seen = new Map<number, LogRecord[]>();
      const released: { partition: number; lost: boolean }[] = [];
      const consumer = await kafka.consume({
        groupId,
        topic,
        sessionTimeoutMs: 6000,
        onAssigned: async (assignment) => {
          assignments.push(assignment);
          const mine = seen.get(assignment.partition) ?? [];
          seen.set(assignment.partition, mine);
          return {
            startOffset: assignment.committed?.offset ?? assignment.start,
            process: async (records, nextOffset) => {
              mine.push(...records);
              await assignment.commit(nextOffset);
            },
            release: async (lost) => void released.push({ partition: assignment.partition, lost }),
            ...handle(assignment, mine),
          };
        },
        ...options,
      });
      open.push(consumer);
      const offsets = (partition = 0): number[] => (seen.get(partition) ?? []).map(({ offset }) => offset);
      return { consumer, assignments, seen, released, offsets };
    };

    return { kafka, topic, groupId, open, record, send, fill, join };
  };
  return { fresh };
};
