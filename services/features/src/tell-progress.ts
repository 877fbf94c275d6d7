/**
 * What dashboards know of the logs: a row of `log_progress` for each partition of the three topics whose records become
 * rows, and how far the scorer is with the events'.
 * Invariants
 * - What can't be seen is left out or null, never 0, and does not keep the rest from being told.
 * - No table is scanned: the events' positions are the shop's sight, the others are read from their ends.
 */
import { insertLogProgress, type LogProgress, readNextOffsets, type Store } from '@nextcart/clickhouse';
import { groups, tables, topics } from '@nextcart/contracts';
import type { Admin } from '@nextcart/kafka';
import type { Clock, Logger } from '@nextcart/runtime';
import { askPatiently } from './ask-patiently.ts';
import type { PartitionSight } from './shop-progress.ts';

export interface LogNames {
  readonly events: string;
  readonly catalog: string;
  readonly lists: string;
  /** The scorer's group. */
  readonly scorer: string;
}
export const logNames: LogNames = {
  events: topics.events.name,
  catalog: topics.catalog.name,
  lists: topics.recommendations.name,
  scorer: groups.scorer,
};

export const createProgressTeller = (deps: {
  readonly store: Store;
  readonly admin: Pick<Admin, 'topic' | 'offsets' | 'committed'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly names: LogNames;
}) => {
  const { store, admin, clock, log, names } = deps;

  const askScorer = askPatiently(clock, async () => {
    const committed = await admin.committed(names.scorer, names.events);
    // asked for after the group: an offset above the end is then of a log that is no more, and not of events that came between
    const offsets = await admin.offsets(names.events);
    return new Map(
      offsets.map(({ partition, start, end }) => {
        const offset = committed.get(partition)?.offset ?? start;
        return [partition, offset > end ? start : offset]; // where the scorer itself would begin
      }),
    );
  });

  const askLog = (table: 'catalog' | 'lists') =>
    askPatiently(clock, async (): Promise<LogProgress[]> => {
      const topic = names[table];
      const { topicId } = await admin.topic(topic);
      const offsets = await admin.offsets(topic); // before the store: see the shop's sight
      const partitions = offsets.map(({ partition }) => partition);
      const stored = await readNextOffsets(store, { table, topicId, partitions });
      return offsets.map(({ partition, start, end }) => ({
        ...{ topic, topicId, partition, start, end, next: stored.get(partition) ?? 0 },
        ...{ scorer: null, eventTime: null },
      }));
    });
  const askCatalog = askLog(tables.catalog);
  const askLists = askLog(tables.lists);

  /** Said once, not every time. */
  const reasons = new Map<string, string>();
  const known = <T extends object>(what: string, answer: T | string): T | null => {
    if (typeof answer !== 'string') {
      reasons.delete(what);
      return answer;
    }
    if (reasons.get(what) !== answer) log.warn({ what, reason: answer }, 'log_not_seen');
    reasons.set(what, answer);
    return null;
  };

  return async (partitions: readonly PartitionSight[], watermark: number | null): Promise<void> => {
    const [scorer, catalog, lists] = await Promise.all([askScorer(), askCatalog(), askLists()]);
    const offsets = known(names.scorer, scorer);
    const events = partitions.map((own) => ({
      ...own,
      topic: names.events,
      scorer: offsets?.get(own.partition) ?? null,
    }));
    await insertLogProgress(store, {
      now: clock.now(),
      watermark,
      partitions: [...events, ...(known(names.catalog, catalog) ?? []), ...(known(names.lists, lists) ?? [])],
    });
  };
};
