import { type EventType, EXCLUDED_FROM_WINDOWS, TRENDING_HALF_LIVES_S } from '@nextcart/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { cuts, eventDraft, NOW, positionsOf, seenAt, toEvents } from './event-drafts.fixture.ts';
import type { Positions } from './positions.ts';
import type { Store } from './store.ts';
import { insertTestEvents, type TestEvent } from './test-events.fixture.ts';
import { REACH_HALF_LIVES, readTrending, TRENDING_WEIGHTS } from './trending.ts';
import { windowStore } from './window-store.fixture.ts';

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'trending')));
afterAll(() => drop());

const weights: Partial<Record<EventType, number>> = TRENDING_WEIGHTS;
const isCounted = (event: TestEvent): boolean =>
  event.outcome !== 'duplicate' &&
  event.outcome !== 'quarantined' &&
  ((event.flags ?? 0) & EXCLUDED_FROM_WINDOWS) === 0;

/** Scores by item, [halfLives], event by event. */
const bruteForce = (events: readonly TestEvent[], at: number): Map<string, number[]> => {
  const scores = new Map<string, number[]>();
  for (const event of events) {
    const weight = weights[event.type];
    if (weight === undefined || event.item == null || !isCounted(event)) continue;
    for (const [i, halfLife] of TRENDING_HALF_LIVES_S.entries()) {
      const stepMs = halfLife < 86_400 ? 60_000 : 3_600_000;
      const ageS = ((Math.floor(at / stepMs) - Math.floor(event.time / stepMs)) * stepMs) / 1000;
      if (ageS < 0 || ageS > halfLife * REACH_HALF_LIVES || (halfLife < 3600 && event.outcome === 'late')) continue;
      const own = scores.get(event.item) ?? TRENDING_HALF_LIVES_S.map(() => 0);
      own[i] = (own[i] as number) + weight * 2 ** (-ageS / halfLife);
      scores.set(event.item, own);
    }
  }
  return scores;
};

const read = async (at: number, top = 100, positions?: Positions): Promise<Map<string, number[]>> => {
  const { items, scores } = await readTrending(store, { at, top, ...(positions !== undefined && { positions }) });
  return new Map(
    items.map((item, column) => [
      item,
      TRENDING_HALF_LIVES_S.map((_, i) => scores[i * items.length + column] as number),
    ]),
  );
};

const expectScores = (found: ReadonlyMap<string, number[]>, expected: ReadonlyMap<string, number[]>) => {
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [item, scores] of expected)
    for (const [i, score] of scores.entries()) expect(found.get(item)?.[i]).toBeCloseTo(score, 4);
};

test('trending equals a decayed count of the raw rows, now and as of a place in the log', {
  timeout: 120_000,
}, async () => {
  const cases = fc.record({
    drafts: fc.array(eventDraft, { minLength: 1, maxLength: 80 }),
    shift: fc.integer({ min: -4_000_000, max: 90_000_000 }),
    cut: cuts,
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ drafts, shift, cut }) => {
      await empty();
      const events = toEvents(drafts);
      await insertTestEvents(store, events, 'all');
      expectScores(await read(NOW + shift), bruteForce(events, NOW + shift));
      expectScores(await read(NOW + shift, 100, positionsOf(cut)), bruteForce(seenAt(events, cut), NOW + shift));
    }),
    { numRuns: 25 },
  );
});

const view = (offset: number, item: string, time: number): TestEvent => ({
  ...{ partition: 0, offset, time, type: 'view', subject: 'u1', item },
});

test("a quiet item's score halves with each half-life, and it is gone after the last of them", async () => {
  await empty();
  await insertTestEvents(store, [view(0, 'quiet', NOW)], 'q');
  const [halfLife, , , longest] = TRENDING_HALF_LIVES_S;
  const now = (await read(NOW)).get('quiet')?.[0] ?? 0;
  expect((await read(NOW + halfLife * 1000)).get('quiet')?.[0]).toBeCloseTo(now / 2, 5);
  expect((await read(NOW + (longest * REACH_HALF_LIVES + 3600) * 1000)).has('quiet')).toBe(false);
});

test('each half-life has its own best items, and a tie goes to the smaller id', async () => {
  await empty();
  const old = NOW - 20 * 3_600_000;
  const events = [
    view(0, 'b', NOW),
    view(1, 'a', NOW),
    ...Array.from({ length: 9 }, (_, i) => view(2 + i, 'old', old)),
  ];
  await insertTestEvents(store, events, 't');
  expect([...(await read(NOW, 1)).keys()]).toEqual(['a', 'old']);
});
