import type { PublishedList } from '@nextcart/clickhouse';
import { inOrder, type ListOrigin } from '@nextcart/ranking';

/** All that a published list names, as its id is made of it. */
export const originOf = (list: PublishedList): ListOrigin => {
  const { subject, release, catalogPosition, eventsPartition: partition, triggerOffset } = list;
  return { subject, release, snapshots: inOrder(list.snapshots), catalogPosition, partition, triggerOffset };
};
