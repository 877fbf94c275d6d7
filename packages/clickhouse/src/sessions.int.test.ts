import { type EventType, EXCLUDED_FROM_WINDOWS, flags, type Outcome, SESSION_GAP_MS } from '@nextcart/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { COPURCHASE_MAX_GAP_MS, COPURCHASE_REACH, copurchaseGraph, readPurchases } from './copurchases.ts';
import { COVISIT_HALF_LIFE_MS, COVISIT_REACH, covisitGraph } from './covisits.ts';
import { cuts, DAY, eventDraft, NOW, positionsOf, seenAt, toEvents } from './event-drafts.fixture.ts';
import type { SequenceRow } from './sequences.ts';
import { MAX_SESSION_STEPS, readSessions, sessionsSnapshot } from './sessions.ts';
import type { Store } from './store.ts';
import { insertTestEvents, type TestEvent } from './test-events.fixture.ts';
import { windowStore } from './window-store.fixture.ts';

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'sessions')));
afterAll(() => drop());

const isCounted = (event: TestEvent): boolean =>
  event.outcome !== 'duplicate' &&
  event.outcome !== 'quarantined' &&
  ((event.flags ?? 0) & EXCLUDED_FROM_WINDOWS) === 0 &&
  event.item != null;
const inTime = (a: TestEvent, b: TestEvent) => a.time - b.time || a.partition - b.partition || a.offset - b.offset;
const asRow = (steps: readonly TestEvent[]): SequenceRow => ({
  items: steps.map((step) => step.item as string),
  times: steps.map((step) => step.time),
});
/** Rows in an order of their own, so that ties in the store's do not matter. */
const sorted = (rows: readonly SequenceRow[]) => rows.map((row) => JSON.stringify([row.times, row.items])).sort();

const bruteSessions = (events: readonly TestEvent[], from: number, at: number): SequenceRow[] => {
  const wanted = events.filter(
    (e) => isCounted(e) && ['view', 'click', 'cart', 'purchase'].includes(e.type) && e.time >= from && e.time <= at,
  );
  const groups = Map.groupBy(wanted.toSorted(inTime), (e) => `${e.subject}|${e.session ?? ''}`);
  const sessions: TestEvent[][] = [];
  for (const group of groups.values()) {
    let open: TestEvent[] = [];
    let last = Number.NEGATIVE_INFINITY;
    for (const event of group) {
      if (open.length === 0 || ((event.session ?? '') === '' && event.time - last > SESSION_GAP_MS)) {
        open = [];
        sessions.push(open);
      }
      if (open.at(-1)?.item !== event.item) open.push(event);
      last = event.time;
    }
  }
  return sessions.filter((s) => s.length >= 2).map(asRow);
};

const brutePurchases = (events: readonly TestEvent[], from: number, at: number): SequenceRow[] => {
  const wanted = events.filter((e) => isCounted(e) && e.type === 'purchase' && e.time >= from && e.time <= at);
  const groups = Map.groupBy(wanted.toSorted(inTime), (e) => e.subject);
  return [...groups.values()].filter((g) => g.length >= 2).map(asRow);
};

/** Denser than other tests' rows: most count, so that gaps of all lengths lie between steps of one session. */
const often = <T>(usual: T, ...rare: T[]) => fc.constantFrom(...Array.from({ length: 9 }, () => usual), ...rare);
const step = fc.record({
  type: fc.constantFrom<EventType[]>('view', 'view', 'click', 'cart', 'purchase', 'purchase', 'search', 'impression'),
  age: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: -600_000, max: 20_000_000 }) },
    fc.integer({ min: 0, max: 32 * DAY }),
  ),
  outcome: often<Outcome>('accepted', 'late', 'duplicate', 'quarantined'),
  flags: often<number>(0, flags.robot, flags.outlierAmount),
  item: fc.constantFrom('i1', 'i2', 'i3', 'i4', 'ü5', 'i6', null),
});
const drafts = fc.array(
  fc.tuple(
    fc.tuple(eventDraft, step).map(([draft, own]) => ({ ...draft, ...own })),
    fc.constantFrom(null, null, '', 's1', 's2'),
  ),
  { minLength: 1, maxLength: 120 },
);
const insert = async (cells: typeof drafts extends fc.Arbitrary<infer T> ? T : never): Promise<TestEvent[]> => {
  await empty();
  const events = toEvents(cells.map(([draft]) => draft)).map((event, i) => ({
    ...event,
    session: cells[i]?.[1] ?? null,
  }));
  await insertTestEvents(store, events, 'all');
  return events;
};
/** The reads begin at a whole minute that has a counted event, so the bound of days is a minute's. */
const request = { at: NOW, maxEvents: 1_000_000, maxDays: 30 };
const from = NOW - 30 * DAY;
const wholeMinute = (events: readonly TestEvent[]) => events.filter((e) => Math.floor(e.time / 60_000) * 60_000 > from);

/** Pair weights, every pair of every row one by one. */
const brutePairs = (
  rows: readonly SequenceRow[],
  pair: (distance: number, gapMs: number, ageMs: number) => number,
): Map<string, number> => {
  const newest = Math.max(...rows.flatMap((row) => row.times));
  const sums = new Map<string, number>();
  for (const { items, times } of rows)
    for (const [i, a] of items.entries())
      for (const [j, b] of items.entries()) {
        const [x, y] = [times[i] as number, times[j] as number];
        const weight = i === j || a === b ? 0 : pair(Math.abs(i - j), Math.abs(x - y), newest - Math.max(x, y));
        if (weight > 0) sums.set(`${a}>${b}`, (sums.get(`${a}>${b}`) ?? 0) + weight);
      }
  return sums;
};
const pairsOf = (graph: ReturnType<typeof covisitGraph>): Map<string, number> => {
  const pairs = new Map<string, number>();
  for (const [i, item] of graph.items.entries())
    for (let c = graph.rowStart[i] as number; c < (graph.rowStart[i + 1] as number); c += 1)
      pairs.set(`${item}>${graph.items[graph.columns[c] as number]}`, graph.weights[c] as number);
  return pairs;
};
const expectPairs = (found: Map<string, number>, expected: Map<string, number>) => {
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [pair, weight] of expected) expect(found.get(pair)).toBeCloseTo(weight, 4);
};

test('sessions and co-visits equal those told event by event', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(drafts, cuts, async (cells, cut) => {
      const events = wholeMinute(await insert(cells));
      const rows = await readSessions(store, request);
      const expected = bruteSessions(events, from, NOW);
      expect(sorted(rows)).toEqual(sorted(expected));
      expect(sorted(await readSessions(store, { ...request, positions: positionsOf(cut) }))).toEqual(
        sorted(bruteSessions(seenAt(events, cut), from, NOW)),
      );
      expectPairs(
        pairsOf(covisitGraph(rows, 100)),
        brutePairs(expected, (d, _, age) => (d > COVISIT_REACH ? 0 : 0.5 ** (age / COVISIT_HALF_LIFE_MS) / d)),
      );
    }),
    { numRuns: 25 },
  );
});

test('baskets and co-purchases equal those told event by event', { timeout: 120_000 }, async () => {
  const week = 7 * DAY;
  await fc.assert(
    fc.asyncProperty(drafts, cuts, async (cells, cut) => {
      const bought = cells.map(([draft, s]) => [{ ...draft, type: 'purchase' as const }, s] as const);
      const events = wholeMinute(await insert(bought.map(([draft, s]) => [draft, s])));
      const rows = await readPurchases(store, request);
      const expected = brutePurchases(events, from, NOW);
      expect(sorted(rows)).toEqual(sorted(expected));
      expect(sorted(await readPurchases(store, { ...request, positions: positionsOf(cut) }))).toEqual(
        sorted(brutePurchases(seenAt(events, cut), from, NOW)),
      );
      expectPairs(
        pairsOf(copurchaseGraph(rows, 100)),
        brutePairs(expected, (d, gap, age) => {
          if (d > COPURCHASE_REACH || gap > COPURCHASE_MAX_GAP_MS) return 0;
          return (gap <= 3_600_000 ? 1 : 0.5 ** (gap / week)) * 0.5 ** (age / (30 * DAY));
        }),
      );
    }),
    { numRuns: 25 },
  );
});

const view = (offset: number, time: number, item: string, subject = 'u1'): TestEvent => ({
  ...{ partition: 0, offset, time, type: 'view', subject, item },
});

test('of a giant session the last steps are kept, and a snapshot keeps the newest sessions, newest last', async () => {
  await empty();
  const giant = Array.from({ length: MAX_SESSION_STEPS + 20 }, (_, i) => view(i, NOW - 50_000 + i, `i${i}`));
  const older = [view(900, NOW - 90_000, 'a', 'u2'), view(901, NOW - 80_000, 'b', 'u2')];
  await insertTestEvents(store, [...giant, ...older], 'g');
  const rows = await readSessions(store, request);
  expect(rows.map((row) => row.items.length)).toEqual([2, MAX_SESSION_STEPS]);
  expect(rows[1]?.items.at(-1)).toBe(`i${MAX_SESSION_STEPS + 19}`);
  const { items, rowStart, columns, endedAt } = sessionsSnapshot(rows, 1);
  expect([...rowStart]).toEqual([0, MAX_SESSION_STEPS]);
  expect(items[columns.at(-1) as number]).toBe(`i${MAX_SESSION_STEPS + 19}`);
  expect([...endedAt]).toEqual([giant.at(-1)?.time]);
});

test('the bound of events cuts at a whole minute; the newest minute is read however full it is', async () => {
  await empty();
  const minute = Math.floor(NOW / 60_000) * 60_000;
  const at = (offset: number, ago: number, item: string) => view(offset, minute - ago * 60_000 + offset, item);
  await insertTestEvents(store, [at(0, 2, 'a'), at(1, 2, 'b'), at(2, 1, 'c'), at(3, 1, 'd'), at(4, 1, 'e')], 'm');
  const read = async (maxEvents: number) =>
    (await readSessions(store, { ...request, maxEvents })).map((row) => row.items);
  expect(await read(5)).toEqual([['a', 'b', 'c', 'd', 'e']]);
  expect(await read(4)).toEqual([['c', 'd', 'e']]);
  expect(await read(1)).toEqual([['c', 'd', 'e']]);
  // as of a place in the log the bound is of the rows up to it
  const then = await readSessions(store, { ...request, maxEvents: 3, positions: positionsOf([1, -1]) });
  expect(then.map((row) => row.items)).toEqual([['a', 'b']]);
});
