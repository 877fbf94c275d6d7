import { type RecommendationList, recommendationListCodec, topics, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import type { Kafka } from '@nextcart/kafka';

/** The newest of two lists of one subject: the one with the higher trigger; the later one where they are equal. */
export const newerList = (a: RecommendationList | undefined, b: RecommendationList): RecommendationList =>
  a === undefined || b.triggerOffset >= a.triggerOffset ? b : a;

export const decodeList = (value: Buffer): RecommendationList =>
  recommendationListCodec().decode(value.subarray(WIRE_HEADER_BYTES));

/** A subject's current list from the topic alone, or null. Reads the compacted topic once, keys only but for the subject's. */
export const readCurrentList = async (kafka: Kafka, subject: string): Promise<RecommendationList | null> => {
  let list: RecommendationList | undefined;
  const tail = await kafka.tail({
    topic: topics.recommendations.name,
    from: 'start',
    onRecords: async (_partition, records) => {
      for (const { key, value } of records) {
        if (key?.toString() !== subject) continue;
        list = value === null ? undefined : newerList(list, decodeList(value));
      }
    },
  });
  await tail.caughtUp;
  await tail.close();
  return list ?? null;
};
