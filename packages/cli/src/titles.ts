import { catalogItemCodec, topics, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import type { Kafka, Tail } from '@nextcart/kafka';
import type { Titles } from './render-list.ts';

/** Titles of the catalogue, kept up by tailing its topic; resolves when the whole catalogue has been read. */
export const followTitles = async (kafka: Kafka): Promise<{ titles: Titles; tail: Tail }> => {
  const known = new Map<string, string>();
  const codec = catalogItemCodec();
  const tail = await kafka.tail({
    topic: topics.catalog.name,
    from: 'start',
    onRecords: async (_partition, records) => {
      for (const { value } of records) {
        if (value === null) continue;
        const { itemId, title } = codec.decode(value.subarray(WIRE_HEADER_BYTES));
        known.set(itemId, title);
      }
    },
  });
  await tail.caughtUp;
  return { titles: (itemId) => known.get(itemId) ?? itemId, tail };
};
