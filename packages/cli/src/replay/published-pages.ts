import { countPublishedLists, type PublishedList, readPublishedLists, type Store } from '@nextcart/clickhouse';
import type { ListRange } from './list-range.ts';

/** Lists that are worked on together: a query for all of their subjects. */
const PAGE = 1000;

export interface PublishedPartition {
  readonly partition: number;
  readonly lists: number;
  /** Offset of the first list's record. */
  readonly first: number;
  readonly newestTrigger: number;
  /** In the order of the log. */
  pages(): AsyncGenerator<PublishedList[], void, undefined>;
}

/** Published lists of a range by partition, page by page. */
export const readPublished = async (store: Store, topicId: string, range: ListRange): Promise<PublishedPartition[]> => {
  const counts = await countPublishedLists(store, { ...range, topicId });
  return counts.map((count) => ({
    ...count,
    pages: async function* () {
      for (let first = count.first; first <= count.last; ) {
        const page = await readPublishedLists(
          store,
          { ...range, topicId, partition: count.partition, first, last: count.last },
          PAGE,
        );
        const newest = page.at(-1);
        if (newest === undefined) return;
        yield page;
        first = newest.offset + 1;
      }
    },
  }));
};
