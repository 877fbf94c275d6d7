import { type RecommendationList, topics } from '@nextcart/contracts';
import type { Lists } from '@nextcart/datasets';
import type { Kafka, Tail } from '@nextcart/kafka';
import { decodeList } from './current-lists.ts';

/** What a shop shows at most; the rest of a list is not kept. */
const KEPT_ITEMS = 24;

interface Shown {
  readonly recommId: string;
  readonly items: readonly string[];
  readonly triggerOffset: number;
}

/** Every subject's newest list from now on, as an outside client has them: a tail of the topic and a map. */
export const followLists = async (
  kafka: Kafka,
  topic: string = topics.recommendations.name,
): Promise<{ lists: Lists; tail: Tail; readonly subjects: () => number }> => {
  const shown = new Map<string, Shown>();
  const tail = await kafka.tail({
    topic,
    from: 'end',
    onRecords: async (_partition, records) => {
      for (const { key, value } of records) {
        const subject = key?.toString();
        // lists of similar items are for an item's page, which this shop does not have
        if (subject === undefined || subject.startsWith('item:')) continue;
        if (value === null) {
          shown.delete(subject);
          continue;
        }
        const list: RecommendationList = decodeList(value);
        const before = shown.get(subject);
        if (before !== undefined && before.triggerOffset > list.triggerOffset) continue;
        shown.set(subject, {
          recommId: list.recommId,
          items: list.items.slice(0, KEPT_ITEMS).map((item) => item.itemId),
          triggerOffset: list.triggerOffset,
        });
      }
    },
  });
  return { lists: { current: (subject) => shown.get(subject) }, tail, subjects: () => shown.size };
};
