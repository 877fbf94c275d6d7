import {
  eventTypes,
  type ItemIndex,
  isKept,
  type LogRecord,
  type SnapshotPayloads,
  STRANGERS_KEY,
} from '@nextcart/contracts';
import {
  type CatalogLookup,
  type Cleaner,
  createCleaner,
  createRates,
  createVerdict,
  IMPRESSION,
  type SchemaVersions,
} from '@nextcart/events';
import type { Assignment, PartitionHandler } from '@nextcart/kafka';
import type { Clock, Logger } from '@nextcart/runtime';
import type { Background } from './background.ts';
import type { FaultPoint } from './fault-point.ts';
import type { ScorerMetrics } from './scorer-metrics.ts';
import type { OnUnchanged } from './scoring-loop.ts';
import { type AnswerIdentify, answeredBelow, foldInto, type Home, type StampedEvent } from './subject.ts';
import type { SubjectPool } from './subject-pool.ts';
import type { WorkQueue } from './work-queue.ts';

/**
 * One owned partition (laws 5 and 8). Folding is all that `process` does: states at once, lists later, by the scoring
 * loop. Invariants:
 *  - events below `answerFrom` are folded silently: their lists are out;
 *  - the group's offset is never above the first trigger whose list is neither out nor found unchanged.
 */
export interface OwnedPartition {
  readonly home: Home;
  readonly handler: PartitionHandler;
  /** Commits what is answered; true where there was something to commit. */
  commit(): Promise<boolean>;
  /** Everything up to the end that the partition had at the assignment is folded. */
  isFolded(): boolean;
  readonly assignment: Assignment;
}

export interface PartitionDeps {
  readonly versions: SchemaVersions;
  readonly schemaText: (id: number) => Promise<string | null>;
  readonly items: ItemIndex;
  readonly pool: SubjectPool;
  readonly queue: WorkQueue;
  readonly onIdentify: AnswerIdentify;
  readonly background: Background;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ScorerMetrics;
  readonly faultPoint: FaultPoint;
  readonly onUnchanged: OnUnchanged | undefined;
  readonly dedupeWindow: number;
}

const typeAt = (name: (typeof eventTypes)[number]): number => eventTypes.indexOf(name);
const SEARCH = typeAt('search');
const IDENTIFY = typeAt('identify');
const HISTORY = typeAt('history');

/** Only whether a record is kept matters here, and neither catalogue nor rates say anything about that. */
const NO_CATALOG: CatalogLookup = { get: () => undefined };
const NO_RATES = createRates({ base: 'EUR', rates: {} });
const NO_CLEANING: SnapshotPayloads['cleaning'] | null = null;

const FULL_WAIT_MS = 50;
const RELEASE_WAIT_MS = 3000;

/** Keys of lists that are nobody's: a subject of such a name would overwrite them. */
export const isReserved = (key: string): boolean => key === STRANGERS_KEY || key.startsWith('item:');

export const createPartitionCleaner = (deps: PartitionDeps, partition: number): Cleaner =>
  createCleaner({
    partition,
    versions: deps.versions,
    catalog: NO_CATALOG,
    rates: NO_RATES,
    cleaning: NO_CLEANING,
    dedupeWindow: deps.dedupeWindow,
  });

export const createOwnedPartition = (
  deps: PartitionDeps,
  options: {
    assignment: Assignment;
    home: Home;
    cleaner: Cleaner;
    /** Resolves when what is in flight has been answered. */
    settled: () => Promise<void>;
    onRelease: () => Promise<void>;
  },
): OwnedPartition => {
  const { items, pool, queue, clock, metrics, background, onIdentify } = deps;
  const { assignment, home, cleaner } = options;
  const { partition, answerFrom } = home;
  const verdict = createVerdict();
  let committed = answerFrom;

  const fold = (record: LogRecord, receivedAt: number) => {
    cleaner.judge(record, verdict);
    if (!isKept(verdict.outcome)) return;
    metrics.events.inc();
    const { offset, appendedAt } = record;
    const { event } = verdict;
    const type = event.typeIndex;
    const key = verdict.subject;
    const answer = offset >= answerFrom;
    if (isReserved(key)) {
      if (answer) deps.onUnchanged?.(partition, offset, clock.now());
      return;
    }
    const stateAt = clock.now();
    if (type === IMPRESSION) {
      if (!answer) return;
      metrics.unchanged.observe((stateAt - appendedAt) / 1000);
      deps.onUnchanged?.(partition, offset, stateAt);
      return;
    }
    const itemId = event.itemId;
    const stamped: StampedEvent = {
      offset,
      eventTime: event.eventTime,
      type,
      itemIndex: itemId ? items.add(itemId) : -1,
      query: type === SEARCH ? event.query : null,
      sessionId: event.sessionId,
      userId: type === IDENTIFY ? event.userId : null,
      events: type === HISTORY ? event.property('events') : null,
      appendedAt,
      receivedAt,
      stateAt,
      answer: answer && type === IDENTIFY ? { headers: record.headers } : null,
    };
    const subject = pool.get(home, key);
    // opened before the fold: what an identify asks for leaves with the work
    if (answer) queue.open(subject).triggers.push(offset, appendedAt);
    if (subject.state === null) subject.tail.push(stamped);
    else foldInto(subject, stamped, items, onIdentify);
  };

  const commit = async (): Promise<boolean> => {
    const offset = answeredBelow(home);
    if (home.closed || offset <= committed) return false;
    deps.faultPoint('produced_and_uncommitted');
    await assignment.commit(offset);
    committed = offset;
    return true;
  };

  return {
    home,
    assignment,
    commit,
    isFolded: () => home.next >= home.end,
    handler: {
      startOffset: home.next,
      process: async (records, nextOffset) => {
        const receivedAt = clock.now();
        const { signal } = assignment;
        if (deps.versions.idsNotAsked(records).length > 0)
          await background.untilDone(
            `schemas of partition ${partition}`,
            () => deps.versions.resolve(records, deps.schemaText),
            AbortSignal.any([signal, background.signal]),
          );
        for (; pool.isFull(); pool.shrink(home)) await clock.sleep(FULL_WAIT_MS, signal);
        for (const record of records) fold(record, receivedAt);
        home.next = nextOffset;
      },
      release: async (lost) => {
        if (!lost) {
          // the answer to what is in flight saves the successor from making it again; a broker that is away does not hold us
          const enough = new AbortController();
          await Promise.race([options.settled(), clock.sleep(RELEASE_WAIT_MS, enough.signal).catch(() => undefined)]);
          enough.abort();
          await commit().catch((error: unknown) => deps.log.warn({ err: error, partition }, 'not_committed'));
        }
        home.closed = true;
        home.open.clear();
        pool.drop(home);
        await options.onRelease();
      },
    },
  };
};
