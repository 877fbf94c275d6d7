/** Subjects' folds as a scorer has them after the last event of some slices. */
import { type ActiveSubject, readPartitionHistories, type Store } from '@nextcart/clickhouse';
import { createItemIndex, type LogSlice, type SubjectHistory } from '@nextcart/contracts';
import { createHistoryView, readHistory, rebuildState } from '@nextcart/events';

/** Some 20 MB of rows where folds are full. */
const SUBJECTS_AT_ONCE = 500;

/** Histories some at a time, in the order of the subjects; items by the release's numbers, greater ones are unknown to it. */
export async function* readHistories(
  store: Store,
  log: { readonly topicId: string; readonly ranges: readonly LogSlice[] },
  subjects: readonly ActiveSubject[],
  itemIds: readonly string[],
): AsyncGenerator<readonly SubjectHistory[]> {
  const items = createItemIndex();
  for (const id of itemIds) items.add(id);
  const ends = new Map(log.ranges.map(({ partition, to }) => [partition, to]));
  for (let start = 0; start < subjects.length; start += SUBJECTS_AT_ONCE) {
    const some = subjects.slice(start, start + SUBJECTS_AT_ONCE);
    const partitions = [...Map.groupBy(some, ({ partition }) => partition)];
    const stored = await readPartitionHistories(
      store,
      log.topicId,
      partitions.map(([partition, own]) => ({
        ...{ partition, before: ends.get(partition) as number },
        subjects: own.map(({ subject }) => subject),
      })),
    );
    const found = new Map(partitions.map(([partition], at) => [partition, stored[at]]));
    yield some.flatMap(({ subject, partition }) => {
      const history = found.get(partition)?.get(subject);
      return history
        ? [readHistory(rebuildState(subject, history.count, history.rows, items), createHistoryView())]
        : [];
    });
  }
}
