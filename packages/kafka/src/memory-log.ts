import { randomUUID } from 'node:crypto';
import type { LogRecord, TopicSpec } from '@nextcart/contracts';
import type { Clock } from '@nextcart/runtime';
import { type Message, Partitioners, type PartitionMetadata } from 'kafkajs';
import { noSuchTopic } from './errors.ts';
import type { CommittedOffset, OutgoingRecord } from './kafka.ts';

export interface MemoryTopic {
  readonly topicId: string;
  /** By partition; a record's place is its offset. */
  readonly partitions: LogRecord[][];
}

/** Topics and committed offsets in memory. Nothing expires and nothing is compacted. */
export interface MemoryLog {
  create(spec: TopicSpec): void;
  delete(name: string): void;
  find(name: string): MemoryTopic | undefined;
  /** Throws 'bad_configuration' where there is no such topic. */
  get(name: string): MemoryTopic;
  append(record: OutgoingRecord): void;
  committed(groupId: string, topic: string): Map<number, CommittedOffset>;
  /** Resolves at the next append or change of a topic. */
  changed(): Promise<void>;
}

export const createMemoryLog = (clock: Clock): MemoryLog => {
  const topics = new Map<string, MemoryTopic>();
  const offsets = new Map<string, Map<string, Map<number, CommittedOffset>>>();
  let change = Promise.withResolvers<void>();
  // the very function that the real producer uses, so that keys fall into the same partitions
  const choosePartition = Partitioners.DefaultPartitioner();
  const tell = (): void => {
    change.resolve();
    change = Promise.withResolvers();
  };
  const get = (name: string): MemoryTopic => {
    const topic = topics.get(name);
    if (topic === undefined) throw noSuchTopic(name);
    return topic;
  };
  return {
    create: ({ name, partitions }) => {
      topics.set(name, { topicId: randomUUID(), partitions: Array.from({ length: partitions }, () => []) });
      tell();
    },
    delete: (name) => {
      topics.delete(name);
      for (const group of offsets.values()) group.delete(name); // as the broker does
      tell();
    },
    find: (name) => topics.get(name),
    get,
    append: ({ topic, partition, key, value, headers }) => {
      const { partitions } = get(topic);
      const partitionMetadata = partitions.map(
        (_, partitionId): PartitionMetadata => ({
          partitionErrorCode: 0,
          partitionId,
          leader: 0,
          replicas: [0],
          isr: [0],
        }),
      );
      const message: Message = { key, value, ...(partition === undefined ? {} : { partition }) };
      const records = partitions[partition ?? choosePartition({ topic, partitionMetadata, message })];
      if (records === undefined) throw noSuchTopic(`${topic}, partition ${partition}`);
      const kept = headers === undefined || Object.keys(headers).length === 0 ? undefined : { ...headers };
      records.push({ offset: records.length, appendedAt: clock.now(), key, value, headers: kept });
      tell();
    },
    committed: (groupId, topic) => {
      const group = offsets.get(groupId) ?? new Map<string, Map<number, CommittedOffset>>();
      offsets.set(groupId, group);
      const found = group.get(topic) ?? new Map<number, CommittedOffset>();
      group.set(topic, found);
      return found;
    },
    changed: () => change.promise,
  };
};
