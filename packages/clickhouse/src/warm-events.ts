/**
 * What a warm start learns from: the events of new slices, and about as many older ones of subjects that these slices draw,
 * so that what is learned does not push out what was known. Subjects with new events come with all that they
 * did since `since`, which is known of them at serving, too. Invariants: the rows are a function of the request alone;
 * carts, purchases and searches are all there, views and clicks are thinned by a draw of their positions where the
 * limit asks for it.
 */
import type { LogSlice } from '@nextcart/contracts';
import type { Store } from './store.ts';
import {
  checkTrainingSlices,
  learnable,
  PAGE_OFFSETS,
  readPage,
  subjectDraw,
  type TrainingPage,
  type TrainingRequest,
} from './training-events.ts';
import { timeLiteral } from './window-rows.ts';

export interface WarmRequest extends TrainingRequest {
  /** Of learned events, new and replayed together. */
  readonly maxEvents: number;
  /** How far back from the newest event older ones are drawn from. */
  readonly replayDays: number;
}

/** What the sample has of what there is. */
export interface WarmCoverage {
  readonly newEvents: number;
  /** Older events that could be replayed. */
  readonly oldEvents: number;
  /** Of views and clicks, new and old alike. */
  readonly thinnedShare: number;
  /** Of the subjects' older events. */
  readonly replayShare: number;
  /** Epoch ms; null where there are no new events. */
  readonly since: number | null;
  /** First position of each partition that is looked at. */
  readonly firsts: readonly { readonly partition: number; readonly first: number }[];
}

const DAY_MS = 86_400_000;
/** Shares are drawn in parts of a million. */
const PARTS = 1_000_000;
/** Older rows come sparsely: pages may be longer. */
const OLD_PAGE_OFFSETS = 4 * PAGE_OFFSETS;

const isThinned = "event_type IN ('view', 'click')";
const drawn = (hash: string, share: number): string => `${hash} % ${PARTS} < ${Math.round(share * PARTS)}`;
const before = (ranges: readonly LogSlice[]): LogSlice[] =>
  ranges.map(({ partition, from }) => ({ partition, from: 0, to: from }));

/** Throws as `checkTrainingSlices` does. */
export const warmCoverage = async (store: Store, request: WarmRequest): Promise<WarmCoverage> => {
  await checkTrainingSlices(store, request);
  const { topicId, ranges, types, maxEvents, replayDays } = request;
  const count = (where: string) =>
    store.query<{ partition: number; events: number; thinned: number; first: number; newest: number }>(
      `SELECT partition, count() AS events, countIf(${isThinned}) AS thinned, min(offset) AS first,
         toUnixTimestamp64Milli(max(event_time)) AS newest
       FROM events WHERE ${where} GROUP BY partition ORDER BY partition`,
      { topicId, types },
      { max_threads: 1 },
    );
  const sum = <K extends 'events' | 'thinned'>(rows: readonly Record<K, number>[], key: K) =>
    rows.reduce((total, row) => total + row[key], 0);
  const fresh = await count(learnable(ranges));
  const newEvents = sum(fresh, 'events');
  if (newEvents === 0) return { newEvents, oldEvents: 0, thinnedShare: 1, replayShare: 0, since: null, firsts: [] };
  const since = Math.max(...fresh.map(({ newest }) => newest)) - replayDays * DAY_MS;
  const old = await count(`${learnable(before(ranges))} AND event_time >= ${timeLiteral(since)}`);
  const oldEvents = sum(old, 'events');
  const [newThinned, oldThinned] = [sum(fresh, 'thinned'), sum(old, 'thinned')];
  const room = maxEvents / 2 - (newEvents - newThinned);
  const thinnedShare = newThinned <= room ? 1 : Math.max(0, room / newThinned);
  const kept = (events: number, thinned: number) => events - (1 - thinnedShare) * thinned;
  const replayable = kept(oldEvents, oldThinned);
  const replayShare = replayable === 0 ? 0 : Math.min(1, kept(newEvents, newThinned) / replayable);
  const firsts = ranges.map(({ partition, from }) => ({
    partition,
    first: old.find((row) => row.partition === partition)?.first ?? from,
  }));
  return { newEvents, oldEvents, thinnedShare, replayShare, since, firsts };
};

/** Where clause and the mark of what is learned from, for a slice of one partition whose new events begin at `from`. */
const sampleOf = (
  slice: LogSlice,
  fresh: LogSlice,
  ranges: readonly LogSlice[],
  { thinnedShare, replayShare, since }: WarmCoverage,
) => {
  const replayed = drawn(subjectDraw(ranges), replayShare);
  const newSubjects = `SELECT subject FROM events WHERE ${learnable([fresh])}`;
  return {
    where: `${learnable([slice])} AND (NOT ${isThinned} OR ${drawn('intHash64(offset)', thinnedShare)})
      AND (offset >= ${Number(fresh.from)} OR
        event_time >= ${timeLiteral(since ?? 0)} AND (${replayed} OR subject IN (${newSubjects})))`,
    learned: `offset >= ${Number(fresh.from)} OR ${replayed}`,
  };
};

const firstOf = ({ firsts }: WarmCoverage, { partition, from }: LogSlice): number =>
  firsts.find((one) => one.partition === partition)?.first ?? from;

/** Page by page, as `readTrainingEvents` does; `count`: how many events there will be. */
export const readWarmEvents = (
  store: Store,
  request: WarmRequest,
  coverage: WarmCoverage,
  attempt: <T>(query: () => Promise<T>) => Promise<T> = (query) => query(),
) => {
  const { topicId, types, ranges } = request;
  return {
    count: async (): Promise<number> => {
      let total = 0;
      for (const fresh of ranges) {
        const { where } = sampleOf({ ...fresh, from: firstOf(coverage, fresh) }, fresh, ranges, coverage);
        const [row] = await attempt(() =>
          store.query<{ n: number }>(
            `SELECT count() AS n FROM events WHERE ${where}`,
            { topicId, types },
            { max_threads: 1 },
          ),
        );
        total += row?.n ?? 0;
      }
      return total;
    },
    pages: async function* (): AsyncGenerator<TrainingPage> {
      for (const fresh of ranges) {
        const { partition, from, to } = fresh;
        for (let start = firstOf(coverage, fresh); start < to; ) {
          const end = start < from ? Math.min(from, start + OLD_PAGE_OFFSETS) : Math.min(to, start + PAGE_OFFSETS);
          const slice = { partition, from: start, to: end };
          const page = await attempt(() => readPage(store, request, slice, sampleOf(slice, fresh, ranges, coverage)));
          if (page.offsets.length > 0) yield page;
          start = end;
        }
      }
    },
  };
};
