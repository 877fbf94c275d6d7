import { countRange, readEventIds, readPositions, type Store } from '@nextcart/clickhouse';
import type { Cleaner } from '@nextcart/events';
import type { Assignment, Kafka } from '@nextcart/kafka';
import type { Logger } from '@nextcart/runtime';
import type { ScorerOptions } from './options.ts';
import type { Home } from './subject.ts';

/** Where a partition begins (law 5). */
export interface Beginning {
  /** S: first offset that is read from the log; the store has all below. */
  readonly safe: number;
  /** First offset that is answered with a list: the group's, or the log's first. */
  readonly answerFrom: number;
}

type Deps = {
  readonly kafka: Kafka;
  readonly store: Store;
  readonly log: Logger;
  readonly options: Pick<ScorerOptions, 'eventsTopic' | 'ingestGroupId' | 'dedupeWindow'>;
};

/**
 * Ingest's group stands at the first offset of the batch that is under way (law 2): below it table and views are whole.
 * Infinity where nothing is committed: the table alone has to do.
 */
const ingestedBelow = async ({ kafka, options }: Deps): Promise<(partition: number) => number> => {
  const committed = await kafka.admin.committed(options.ingestGroupId, options.eventsTopic);
  return (partition) => committed.get(partition)?.offset ?? Number.POSITIVE_INFINITY;
};

/** Throws 'store_unavailable' (retry) while the store does not say how far it is. */
export const findBeginning = async (deps: Deps, assignment: Assignment): Promise<Beginning> => {
  const { store, log } = deps;
  const { topicId, partition, start, end, committed } = assignment;
  const [positions, ingested] = await Promise.all([readPositions(store, 'events', topicId), ingestedBelow(deps)]);
  const stored = Math.min(positions.find((each) => each.partition === partition)?.next ?? 0, ingested(partition));
  if (stored < start) log.error({ partition, stored, start }, 'log_moved'); // the log forgot what the store never got: those events are lost to lists
  // an offset beyond the log's end is of another log: all of this one is to be answered
  const group = committed === null || committed.offset > end ? start : committed.offset;
  const answerFrom = Math.max(start, group);
  return { safe: Math.max(start, Math.min(answerFrom, stored)), answerFrom };
};

/** The window of de-duplication as it was before the first offset. */
export const restoreCleaner = async (deps: Deps, assignment: Assignment, safe: number, cleaner: Cleaner) => {
  const { topicId, partition } = assignment;
  const rows =
    safe === 0
      ? []
      : await readEventIds(deps.store, {
          topicId,
          partition,
          first: Math.max(0, safe - deps.options.dedupeWindow),
          last: safe - 1,
        });
  cleaner.restore({ eventIds: rows.map((row) => row.eventId), offsets: rows.map((row) => row.offset) });
};

/**
 * Moves each partition's S to where the store is now, and never beyond what was folded: a state must not know an event
 * that the process has not seen. Rows arrive in the order of the log, so counting them from S on tells how far they go.
 */
export const advanceSafe = async (deps: Deps, homes: readonly Home[]): Promise<void> => {
  const behind = homes.filter((home) => home.safe < home.next);
  if (behind.length === 0) return;
  const ingested = await ingestedBelow(deps);
  for (const home of behind) {
    const { topicId, partition, safe, next } = home;
    const last = Math.min(next, ingested(partition)) - 1;
    if (last < safe) continue;
    const rows = await countRange(deps.store, 'events', { topicId, partition, first: safe, last });
    home.safe = safe + rows;
  }
};
