import { countTrainingEvents, readTrainingEvents, type Store } from '@nextcart/clickhouse';
import type { LogSlice } from '@nextcart/contracts';
import { createDataSet, type DataSet } from './data-set.ts';
import { createEventCollector } from './event-columns.ts';
import { type TrainingSettings, typesOf } from './settings.ts';

/**
 * The data set of slices of the log. The same slices give the same bytes, whatever arrived later. `attempt` stands around
 * each query; `check` is told how many events there are before they are read, and may throw. Throws as
 * `readTrainingEvents` does.
 */
export const readDataSet = async (
  store: Store,
  log: { readonly topicId: string; readonly ranges: readonly LogSlice[] },
  settings: Pick<TrainingSettings, 'events' | 'minItemSupport'>,
  attempt?: <T>(query: () => Promise<T>) => Promise<T>,
  check: (events: number) => void = () => {},
): Promise<DataSet> => {
  const types = typesOf(settings);
  // partitions in one order, or subjects whose newest events are equally old would change places
  const ranges = log.ranges.toSorted((a, b) => a.partition - b.partition);
  const request = { topicId: log.topicId, ranges, types };
  const count = () => countTrainingEvents(store, request);
  const pages = readTrainingEvents(store, request, attempt);
  // the first page is there only when the store has read as far as the slices go: no earlier count would hold
  const first = await pages.next();
  const events = await (attempt ? attempt(count) : count());
  check(events);
  const collector = createEventCollector(events, types);
  if (first.done !== true) collector.add(first.value);
  for await (const page of pages) collector.add(page);
  return createDataSet(collector.end(), settings.minItemSupport);
};
