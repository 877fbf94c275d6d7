import { healRange, type Store } from '@nextcart/clickhouse';
import { parsePlan } from '@nextcart/contracts';
import type { Kafka } from '@nextcart/kafka';

/**
 * Gives the views what they lack of the batches that ingest planned last, as ingest does when it starts. Before windows are
 * made again: they would have the rows then, not their tokens, and ingest's own repair would count the rows once more.
 */
export const healPlanned = async (
  { kafka, store }: { readonly kafka: Kafka; readonly store: Store },
  { group, topic }: { readonly group: string; readonly topic: string },
): Promise<void> => {
  const { topicId } = await kafka.admin.topic(topic);
  for (const [partition, { offset, metadata }] of await kafka.admin.committed(group, topic)) {
    const plan = parsePlan(metadata);
    if (plan?.topicId === topicId && plan.last !== undefined)
      await healRange(store, 'events', { topicId, partition, first: offset, last: plan.last });
  }
};
