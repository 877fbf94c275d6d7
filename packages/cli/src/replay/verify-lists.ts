import type { Store } from '@nextcart/clickhouse';
import type { Kafka } from '@nextcart/kafka';
import { compareList, type ListDifference } from './list-difference.ts';
import { openListLog } from './list-log.ts';
import type { ListRange } from './list-range.ts';
import { readPublished } from './published-pages.ts';
import type { Recomputer } from './recompute-lists.ts';

export interface VerifyReport {
  /** Lists that were made again and compared. */
  readonly checked: number;
  /** Of those, lists whose record the log no longer holds: compared by what the store keeps of them. */
  readonly byRow: number;
  readonly different: number;
  /** Lists by the reason why they could not be made again. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Ended before the range did: at the first difference, or by the signal. */
  readonly stopped: boolean;
}

/** Makes every published list of the range again and compares it with what was published. */
export const verifyLists = async (
  deps: {
    readonly kafka: Kafka;
    readonly store: Store;
    readonly schemaText: (id: number) => Promise<string | null>;
    readonly lists: { readonly topic: string; readonly topicId: string };
    readonly recomputer: Recomputer;
  },
  options: {
    readonly range: ListRange;
    /** Whether to go on. */
    readonly onDifference: (difference: ListDifference) => boolean;
    readonly onTotal?: (lists: number) => void;
    readonly onProgress?: (done: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<VerifyReport> => {
  const { kafka, store, schemaText, recomputer } = deps;
  const { topic, topicId } = deps.lists;
  const skipped: Record<string, number> = {};
  let [checked, byRow, different] = [0, 0, 0];
  const report = (stopped: boolean): VerifyReport => ({ checked, byRow, different, skipped, stopped });
  const partitions = await readPublished(store, topicId, options.range);
  options.onTotal?.(partitions.reduce((sum, { lists }) => sum + lists, 0));
  let done = 0;
  for (const { partition, first, pages } of partitions) {
    const log = await openListLog({ kafka, schemaText, topic, partition, first });
    try {
      for await (const page of pages()) {
        if (options.signal?.aborted) return report(true);
        const records = await log.upTo(page.at(-1)?.offset ?? 0);
        for (const result of await recomputer.recompute(page)) {
          if (result.skipped !== null) {
            skipped[result.skipped] = (skipped[result.skipped] ?? 0) + 1;
            continue;
          }
          const record = records.get(result.published.offset);
          checked += 1;
          if (record === undefined) byRow += 1;
          const difference = compareList(result, record);
          if (difference === null) continue;
          different += 1;
          if (!options.onDifference(difference)) return report(true);
        }
        done += page.length;
        options.onProgress?.(done);
      }
    } finally {
      await log.close();
    }
  }
  return report(false);
};
