import { type EventType, EXCLUDED_FROM_WINDOWS } from '@nextcart/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { eventDraft, NOW, toEvents } from './event-drafts.fixture.ts';
import type { Store } from './store.ts';
import { insertTestEvents, type TestEvent, TOPIC_ID } from './test-events.fixture.ts';
import { countTrainingEvents, readTrainingEvents, type TrainingPage, type TrainingRequest } from './training-events.ts';
import { windowStore } from './window-store.fixture.ts';

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'training')));
afterAll(() => drop());

const TYPES: readonly EventType[] = ['search', 'view', 'cart', 'purchase'];

const pagesOf = async (request: TrainingRequest): Promise<TrainingPage[]> => {
  const pages: TrainingPage[] = [];
  for await (const page of readTrainingEvents(store, request)) pages.push(page);
  return pages;
};
const rowsOf = (pages: readonly TrainingPage[]) =>
  pages.flatMap((page) =>
    page.offsets.map((offset, at) => ({
      partition: page.partition,
      offset,
      subject: page.subjects[at],
      type: page.types[at],
      time: page.times[at],
      item: page.items[at],
      category: page.categories[at],
      query: page.queries[at],
      amount: page.amounts[at],
    })),
  );
const expected = (events: readonly TestEvent[], { ranges }: TrainingRequest) =>
  ranges.flatMap(({ partition, from, to }) =>
    events
      .filter((e) => e.partition === partition && e.offset >= from && e.offset < to)
      .filter((e) => e.outcome !== 'duplicate' && e.outcome !== 'quarantined')
      .filter((e) => ((e.flags ?? 0) & EXCLUDED_FROM_WINDOWS) === 0 && TYPES.includes(e.type))
      .sort((a, b) => a.offset - b.offset)
      .map((e) => ({
        ...{ partition, offset: e.offset, subject: e.subject, type: e.type, time: e.time },
        ...{ item: e.item ?? '', category: e.category ?? '', query: e.query ?? '' },
        amount: e.baseAmount == null ? null : Number(e.baseAmount),
      })),
  );

test('slices give the rows that count, in the order of the log, told row by row', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(eventDraft, { minLength: 4, maxLength: 80 }),
      fc.array(fc.nat(100), { minLength: 4, maxLength: 4 }),
      async (drafts, cuts) => {
        await empty();
        const events = toEvents(drafts);
        await insertTestEvents(store, events.toReversed(), 'all');
        const ranges = [0, 1].map((partition) => {
          const size = events.filter((e) => e.partition === partition).length;
          const [from, to] = [cuts[2 * partition] as number, cuts[2 * partition + 1] as number].map(
            (cut) => cut % (size + 1),
          ) as [number, number];
          return { partition, from: Math.min(from, to), to: Math.max(from, to) };
        });
        const request = { topicId: TOPIC_ID, ranges, types: TYPES };
        const rows = rowsOf(await pagesOf(request));
        expect(rows).toEqual(expected(events, request));
        expect(await countTrainingEvents(store, request)).toBe(rows.length);
      },
    ),
    { numRuns: 20 },
  );
});

const view = (offset: number): TestEvent => ({
  ...{ partition: 0, offset, time: NOW + offset, type: 'view', subject: `u${offset % 7}`, item: `i${offset}` },
});

test('what lies on both sides of a page, in parts that arrived in any order, comes once and in order', async () => {
  await empty();
  const last = 140_000;
  const part = (first: number, end: number) => Array.from({ length: end - first }, (_, i) => view(first + i));
  await insertTestEvents(store, part(70_000, last), 'second');
  await insertTestEvents(store, part(0, 70_000), 'first');
  const pages = await pagesOf({ topicId: TOPIC_ID, ranges: [{ partition: 0, from: 5, to: last }], types: TYPES });
  expect(pages.length).toBeGreaterThan(1);
  const offsets = pages.flatMap((page) => page.offsets);
  expect(offsets).toHaveLength(last - 5);
  expect(offsets.every((offset, at) => offset === at + 5)).toBe(true);
});

test('slices that the store has not read to their end are waited for, not cut; a partition twice is refused', async () => {
  await empty();
  await insertTestEvents(store, [view(0), view(1)], 'a');
  const request = { topicId: TOPIC_ID, ranges: [{ partition: 0, from: 0, to: 3 }], types: TYPES };
  await expect(pagesOf(request)).rejects.toMatchObject({
    retry: true,
    message: expect.stringContaining('the store has partition 0 up to 2, 3 is wanted'),
  });
  await insertTestEvents(store, [view(2)], 'b');
  expect(rowsOf(await pagesOf(request))).toHaveLength(3);
  const twice = { ...request, ranges: [...request.ranges, ...request.ranges] };
  await expect(pagesOf(twice)).rejects.toThrow('slices name a partition twice: 0, 0');
});
