import { groups, topics } from '@nextcart/contracts';
import { Kafka as Kafkajs } from 'kafkajs';
import type { OwnServers } from '../harness/own-servers.ts';

/**
 * Puts the scorer's group at the end of the log before a start: then every subject that is in the store is unknown to the
 * process, and its first event finds it cold. Nothing is left of an earlier load, which would be answered during the next.
 */
export const skipToEnd = async ({ kafka, stack }: OwnServers): Promise<void> => {
  const offsets = await kafka.admin.offsets(topics.events.name);
  const admin = new Kafkajs({ brokers: stack.urls.kafkaBrokers.split(','), logLevel: 0 }).admin();
  await admin.connect();
  await admin.setOffsets({
    groupId: groups.scorer,
    topic: topics.events.name,
    partitions: offsets.map(({ partition, end }) => ({ partition, offset: String(end) })),
  });
  await admin.disconnect();
};
