import { readWarmEvents, type Store, type WarmCoverage, warmCoverage } from '@nextcart/clickhouse';
import type { LogSlice } from '@nextcart/contracts';
import { createDataSet, type DataSet } from './data-set.ts';
import { createEventCollector } from './event-columns.ts';
import { type TrainingSettings, typesOf } from './settings.ts';

/**
 * The data set of a warm start: what came in the slices, a replay of older events, and what else is known of those who
 * came. `known`: items of the parent, which keep their numbers. The same for the rest as `readDataSet`.
 */
export const readWarmDataSet = async (
  store: Store,
  log: { readonly topicId: string; readonly ranges: readonly LogSlice[] },
  settings: Pick<TrainingSettings, 'events' | 'minItemSupport' | 'warm'>,
  known: readonly string[],
  attempt: <T>(query: () => Promise<T>) => Promise<T>,
  check: (events: number) => void = () => {},
): Promise<{ readonly data: DataSet; readonly coverage: WarmCoverage }> => {
  const { maxEvents, replayDays } = settings.warm;
  const types = typesOf(settings);
  const ranges = log.ranges.toSorted((a, b) => a.partition - b.partition);
  const request = { topicId: log.topicId, ranges, types, maxEvents, replayDays };
  const coverage = await attempt(() => warmCoverage(store, request));
  const events = readWarmEvents(store, request, coverage, attempt);
  const count = await events.count();
  check(count);
  const collector = createEventCollector(count, types);
  for await (const page of events.pages()) collector.add(page);
  return { data: createDataSet(collector.end(), settings.minItemSupport, known), coverage };
};
