import { setImmediate as nextTurn } from 'node:timers/promises';
import { createHistoryView, isSignedIn, lastOffset, readHistory, type SubjectState } from '@nextcart/events';
import { momentOf, type Opinions, type RankedList, type Ranker, type RankRequest } from '@nextcart/ranking';
import type { Clock, Logger } from '@nextcart/runtime';
import { type Asked, createModelAsker } from './ask-models.ts';
import type { Engine } from './engine.ts';
import type { FaultPoint } from './fault-point.ts';
import { createModelBudget } from './model-budget.ts';
import type { ScorerOptions } from './options.ts';
import type { Draft, ListStamps, Publisher, Rival } from './publisher.ts';
import type { ScorerMetrics } from './scorer-metrics.ts';
import type { Sender } from './sender.ts';
import type { Work } from './subject.ts';
import type { WorkQueue } from './work-queue.ts';

/** An event whose subject's list stays as it is, at the time (epoch ms) when that was known. */
export type OnUnchanged = (partition: number, offset: number, at: number) => void;

/** Batches handed over and not answered yet. */
const MOST_IN_FLIGHT = 4;

/** A work that leaves with the next send. `draft` is null where only its history records do. */
interface Leaving {
  readonly work: Work;
  readonly draft: Draft | null;
  readonly stamps: ListStamps;
}

interface Readied extends Asked {
  readonly isSignedIn: boolean;
  readonly stamps: Omit<ListStamps, 'scoredAt'>;
}

/**
 * The one loop that makes lists: take the warm subjects that wait, rank them in one call, hand what changed to the
 * producer, which sends in the order in which it was handed over: so the busier, the larger the batch, and a subject's
 * records leave in order. A few batches may wait for their answer, or a slow broker would hold up ranking. Invariants: a
 * list names what it was made from, because snapshots are read in one turn with the naming, histories and triggers in one
 * turn before the models are asked, and another release comes between batches only.
 */
export const createScoringLoop = (deps: {
  queue: WorkQueue;
  engine: Engine;
  publisher: Publisher;
  sender: Sender;
  clock: Clock;
  log: Logger;
  metrics: ScorerMetrics;
  options: Pick<ScorerOptions, 'batchSize' | 'batchEveryMs' | 'modelsWithinMs' | 'visitGapMs' | 'holdOut'>;
  faultPoint: FaultPoint;
  onUnchanged: OnUnchanged | undefined;
}) => {
  const { queue, engine, publisher, sender, clock, log, metrics, faultPoint } = deps;
  const { batchSize, batchEveryMs } = deps.options;
  const views = Array.from({ length: batchSize }, createHistoryView);
  const inFlight = new Set<Promise<void>>();
  const budget = createModelBudget(deps.options.modelsWithinMs, clock);
  const models = createModelAsker({ engine, log, metrics, holdOut: deps.options.holdOut });

  /** When what asks came: an event, or what asks without one, just now. */
  const arrivalOf = ({ triggers, subject }: Work): Pick<ListStamps, 'appendedAt' | 'receivedAt' | 'stateAt'> => {
    if (triggers.length === 0) {
      const now = clock.now();
      return { appendedAt: now, receivedAt: now, stateAt: now };
    }
    const { appendedAt, receivedAt, stateAt } = subject;
    return { appendedAt, receivedAt, stateAt };
  };

  /** Which visit a work asks a list for: one for the next visit is made again as such. */
  const asksForNextVisit = ({ triggers, visitEnded, subject }: Work, triggerOffset: number): boolean => {
    if (triggers.length > 0 || visitEnded) return triggers.length === 0;
    const { lists } = subject.home;
    const slot = lists.slot(subject.key);
    return slot !== -1 && lists.trigger(slot) === triggerOffset && lists.visitEnd(slot) === Number.POSITIVE_INFINITY;
  };

  /** What a list is made from, as it was when its batch was taken. */
  const readied = (works: readonly Work[]): Readied[] =>
    works.map((work, i) => {
      const { subject } = work;
      const state = subject.state as SubjectState;
      const { eventTime, receivedAt } = subject;
      const triggerOffset = lastOffset(state);
      const isForNext = asksForNextVisit(work, triggerOffset);
      const visitEnd = isForNext ? Number.POSITIVE_INFINITY : receivedAt + deps.options.visitGapMs;
      if (engine.second === null) subject.secondMemory = null;
      return {
        work,
        request: {
          history: readHistory(state, views[i] as (typeof views)[number]),
          ...momentOf(eventTime, isForNext),
        },
        isSignedIn: isSignedIn(state),
        stamps: { triggerOffset, visitEnd, eventTime, ...arrivalOf(work) },
      };
    });

  /** One list a request; null where it could not be ranked. */
  const rank = (ranker: Ranker, requests: readonly RankRequest[]): (RankedList | null)[] => {
    try {
      return ranker.rank(requests);
    } catch (error) {
      if (requests.length > 1) return requests.flatMap((request) => rank(ranker, [request]));
      // one history that ranking can't take must not stop all the others
      log.error({ err: error, subject: requests[0]?.history.subject }, 'list_not_ranked');
      metrics.failed.inc({ step: 'rank' });
      return [null];
    }
  };

  /** What the second release would show. */
  const rivalsOf = (said: ReadonlyMap<Readied, Opinions>): ReadonlyMap<Readied, Rival> => {
    const rivals = new Map<Readied, Rival>();
    const { second } = engine;
    if (second === null || said.size === 0) return rivals;
    const asked = [...said];
    const lists = rank(
      second.ranker,
      asked.map(([{ request }, opinions]) => ({ ...request, opinions })),
    );
    asked.forEach(([of], at) => {
      const list = lists[at];
      if (list) rivals.set(of, { list, name: second.name });
    });
    return rivals;
  };

  const unchanged = ({ subject, triggers }: Work) => {
    metrics.suppressed.inc({ kind: 'subject' });
    const at = clock.now();
    for (let i = 0; i < triggers.length; i += 2) {
      metrics.unchanged.observe((at - (triggers[i + 1] as number)) / 1000);
      deps.onUnchanged?.(subject.home.partition, triggers[i] as number, at);
    }
  };

  const draftOf = (of: Readied, ranked: RankedList | null, rival: Rival | undefined, stamps: ListStamps) => {
    const { subject, forced } = of.work;
    const { home, key } = subject;
    // a visitor who has signed in is looked after under the user's name
    if (of.isSignedIn) return publisher.forget(home, key, stamps.triggerOffset, forced);
    return ranked === null ? null : publisher.list(home, key, ranked, stamps, forced, rival);
  };

  const make = async (works: readonly Work[]): Promise<Leaving[]> => {
    const begunAt = clock.monotonic();
    const some = readied(works);
    const opinions = await models.ask(some, budget.allows(works.length + queue.length()));
    const others = await models.askSecond(opinions);
    const leaving: Leaving[] = [];
    const lists = rank(
      engine.ranker,
      some.map((of) => {
        const own = opinions.get(of);
        return own === undefined ? of.request : { ...of.request, opinions: own };
      }),
    );
    const rivals = rivalsOf(others);
    const scoredAt = clock.now();
    some.forEach((of, i) => {
      const { work } = of;
      const stamps = { ...of.stamps, scoredAt };
      const draft = draftOf(of, lists[i] ?? null, rivals.get(of), stamps);
      if (draft === null) unchanged(work);
      if (draft === null && work.extra.length === 0) queue.done(work);
      else leaving.push({ work, draft, stamps });
    });
    if (opinions.size > 0) budget.took(works.length, clock.monotonic() - begunAt);
    return leaving;
  };

  const answered = (leaving: readonly Leaving[]) => {
    faultPoint('sent_and_unanswered');
    const now = clock.now();
    for (const { work, draft, stamps } of leaving) {
      queue.done(work);
      if (draft === null) continue;
      if (draft.body === null) metrics.tombstones.inc();
      else metrics.published.inc({ kind: 'subject' });
      if (work.triggers.length === 0) continue;
      metrics.broker.observe((stamps.receivedAt - stamps.appendedAt) / 1000);
      metrics.fold.observe((stamps.stateAt - stamps.receivedAt) / 1000);
      metrics.score.observe((stamps.scoredAt - stamps.stateAt) / 1000);
      metrics.publish.observe((now - stamps.scoredAt) / 1000);
      metrics.total.observe((now - stamps.appendedAt) / 1000);
    }
  };

  /** How many works it took. */
  const step = async (): Promise<number> => {
    const works = queue.take(batchSize).filter((work) => {
      // without an event there is nothing that a list could be made from
      const known = (work.subject.state as SubjectState).count > 0;
      if (!known) queue.done(work);
      return known;
    });
    if (works.length === 0) return 0;
    faultPoint('folded_and_unranked');
    metrics.batch.observe(works.length);
    const leaving = await make(works);
    if (leaving.length === 0) return works.length;
    while (inFlight.size >= MOST_IN_FLIGHT) await Promise.race(inFlight);
    const owned = leaving.filter(({ work }) => !work.subject.home.closed);
    if (owned.length === 0) return works.length;
    faultPoint('ranked_and_unsent');
    const records = owned.flatMap(({ work, draft }) => [
      ...work.extra,
      ...(draft === null ? [] : [publisher.finish(draft)]),
    ]);
    const sending = sender.send(records).then((sent) => {
      inFlight.delete(sending);
      if (sent) answered(owned);
    });
    inFlight.add(sending);
    return works.length;
  };

  /** One at a time: a batch, or what must come between two. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const next = last.then(job);
    last = next.catch(() => undefined);
    return next;
  };

  /** Resolves when what was handed over until now has been answered or given up. */
  const settled = async (): Promise<void> => {
    await Promise.all(inFlight);
  };

  return {
    /** Works until the signal; resolves when what was sent has been answered or given up. */
    run: async (signal: AbortSignal): Promise<void> => {
      let [begunAt, took, lastedMs] = [Number.NEGATIVE_INFINITY, 0, 0];
      while (!signal.aborted) {
        await queue.wait(signal);
        // a quiet machine makes small batches soon, a busy one larger ones, which cost less a list
        const everyMs = Math.min(batchEveryMs.most, Math.max(batchEveryMs.least, 2 * lastedMs));
        // after a lone list half of it: a quiet shop's next event need not wait, the rest of a busy one's comes behind it
        const restMs = (took > 1 ? everyMs : everyMs / 2) - (clock.monotonic() - begunAt);
        if (restMs > 0 && queue.length() < batchSize) await clock.sleep(restMs);
        // questions and lists that the last turn wrote leave before this batch is made, and a run of full ones lets others in
        await nextTurn();
        begunAt = clock.monotonic();
        if (!signal.aborted) took = await inTurn(step);
        lastedMs = clock.monotonic() - begunAt;
      }
      await settled();
    },
    settled,
    /** Whether all lists have been made with models for a while, where there are any. */
    isCalm: budget.isCalm,
    /** Runs what must not happen while a batch is made: a switch to another release. */
    between: inTurn,
  };
};
export type ScoringLoop = ReturnType<typeof createScoringLoop>;
