import { type HistoryGroup, readPartitionHistories, type Store, type StoredHistory } from '@nextcart/clickhouse';
import type { ItemIndex } from '@nextcart/contracts';
import { createSubjectState, rebuildState } from '@nextcart/events';
import type { Clock, Logger } from '@nextcart/runtime';
import type { Background } from './background.ts';
import type { ScorerOptions } from './options.ts';
import type { ScorerMetrics } from './scorer-metrics.ts';
import { type AnswerIdentify, foldInto, type Subject, stamp, type Work } from './subject.ts';

/**
 * Makes cold subjects warm: rows below their bound from the store, then their events since. Whoever waits shares one
 * query. A subject that was never seen needs it too: that it has no rows is what the store alone can say. While the
 * store does not answer, the subjects wait, and health says so: a known customer never gets a stranger's list.
 */
export interface ColdLoader {
  request(work: Work): void;
  waiting(): number;
  /** Loads until the background ends. */
  run(): Promise<void>;
}

/** A subject whose rows are not whole is asked for again after this: an insert may be under way. */
const REBUILD_AGAIN_MS = 5000;

/** Groups of subjects with one partition and one bound. */
const groupsOf = (works: readonly Work[]): { group: HistoryGroup; works: Work[] }[] => {
  const groups = new Map<string, { group: HistoryGroup & { subjects: string[] }; works: Work[] }>();
  for (const work of works) {
    const { key, bound, home } = work.subject;
    const name = `${home.partition} ${bound}`;
    let found = groups.get(name);
    if (found === undefined) {
      found = { group: { partition: home.partition, before: bound, subjects: [] }, works: [] };
      groups.set(name, found);
    }
    found.group.subjects.push(key);
    found.works.push(work);
  }
  return [...groups.values()];
};

export const createColdLoader = (deps: {
  store: Store;
  clock: Clock;
  log: Logger;
  background: Background;
  metrics: ScorerMetrics;
  options: Pick<ScorerOptions, 'coldEveryMs' | 'coldBatch'>;
  items: ItemIndex;
  onIdentify: AnswerIdentify;
  onWarm: (work: Work) => void;
}): ColdLoader => {
  const { store, clock, log, background, metrics, options, items } = deps;
  let requested: Work[] = [];
  let wake: (() => void) | undefined;

  const request = (work: Work) => {
    requested.push(work);
    wake?.();
  };
  const warm = (subject: Subject, history: StoredHistory | undefined) => {
    if (subject.state !== null) return;
    const newest = history?.rows.at(-1);
    subject.state =
      history === undefined
        ? createSubjectState(subject.key)
        : rebuildState(subject.key, history.count, history.rows, items);
    const now = clock.now();
    // the store does not keep a row's stamps for a list; what is made without a new event is timed from here
    if (newest !== undefined)
      stamp(subject, { eventTime: newest.event_time, appendedAt: now, receivedAt: now, stateAt: now, answer: null });
    const { tail } = subject;
    subject.tail = [];
    for (const event of tail) foldInto(subject, event, items, deps.onIdentify);
  };

  const load = async (works: readonly Work[]) => {
    const begun = clock.monotonic();
    const groups = groupsOf(works);
    const topicId = (works[0] as Work).subject.home.topicId;
    const answers = await background.untilDone(`${works.length} cold subjects`, () =>
      readPartitionHistories(
        store,
        topicId,
        groups.map(({ group }) => group),
      ),
    );
    metrics.coldSeconds.observe((clock.monotonic() - begun) / 1000);
    metrics.coldLoads.inc(works.length);
    for (const [at, { works: members }] of groups.entries())
      for (const work of members) {
        if (work.subject.home.closed) continue;
        try {
          warm(work.subject, answers[at]?.get(work.subject.key));
          deps.onWarm(work);
        } catch (error) {
          // its list waits, and the commit with it; the others go on
          void clock.sleep(REBUILD_AGAIN_MS, background.signal).then(
            () => request(work),
            () => undefined,
          );
          log.error({ err: error, subject: work.subject.key }, 'subject_not_rebuilt');
          metrics.failed.inc({ step: 'rebuild' });
        }
      }
  };

  return {
    request,
    waiting: () => requested.length,
    run: async () => {
      const { signal } = background;
      signal.addEventListener('abort', () => wake?.(), { once: true });
      while (!signal.aborted) {
        requested = requested.filter(({ subject }) => !subject.home.closed);
        if (requested.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = undefined;
          continue;
        }
        const begun = clock.monotonic();
        const topicId = (requested[0] as Work).subject.home.topicId;
        const works = requested.filter(({ subject }) => subject.home.topicId === topicId).slice(0, options.coldBatch);
        const taken = new Set(works);
        try {
          await load(works);
          requested = requested.filter((work) => !taken.has(work));
        } catch (error) {
          if (signal.aborted) return;
          log.error({ err: error }, 'cold_subjects_not_read');
          await clock.sleep(1000, signal).catch(() => undefined);
        }
        const rest = options.coldEveryMs - (clock.monotonic() - begun);
        if (rest > 0) await clock.sleep(rest, signal).catch(() => undefined);
      }
    },
  };
};
