import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { NOW } from './event-drafts.fixture.ts';
import type { Store } from './store.ts';
import { insertTestEvents, type TestEvent, TOPIC_ID } from './test-events.fixture.ts';
import { cutByTime, readNewestTime } from './training-cut.ts';
import { windowStore } from './window-store.fixture.ts';

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'cut')));
afterAll(() => drop());

const view = (partition: number, offset: number, time: number): TestEvent => ({
  ...{ partition, offset, time, type: 'view', subject: `u${offset % 7}`, item: 'i' },
});
const slice = (partition: number, from: number, to: number) => ({ partition, from, to });

test('one time cuts all partitions, however unevenly they are filled', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(100_000), { minLength: 10, maxLength: 60 }),
      fc.array(fc.nat(2), { minLength: 60, maxLength: 60 }),
      fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      async (ages, places, share) => {
        await empty();
        const times = ages.map((age) => NOW - age).sort((a, b) => a - b);
        const next = [0, 0, 0];
        const events = times.map((time, at) => {
          const partition = places[at] as number;
          next[partition] = (next[partition] as number) + 1;
          return view(partition, next[partition] - 1, time);
        });
        await insertTestEvents(store, events, 'all');
        const ranges = next.map((size, partition) => slice(partition, 0, size));
        const cuts = await cutByTime(store, { topicId: TOPIC_ID, ranges }, share);
        const isBefore = (e: TestEvent) => e.offset < (cuts[e.partition] as number);
        const [older, newer] = [events.filter(isBefore), events.filter((e) => !isBefore(e))];
        expect(Math.max(...older.map((e) => e.time))).toBeLessThan(Math.min(...newer.map((e) => e.time)));
        expect(Math.abs(newer.length - share * events.length)).toBeLessThanOrEqual(1.5);
      },
    ),
    { numRuns: 10 },
  );
});

test('a row that came late, or is ahead of its time, moves the cut by no more than itself', async () => {
  await empty();
  const events = Array.from({ length: 100 }, (_, at) => view(0, at, NOW + at * 1000));
  events[98] = view(0, 98, NOW - 1e9);
  events[3] = view(0, 3, NOW + 1e9);
  await insertTestEvents(store, events, 'all');
  const [cut] = await cutByTime(store, { topicId: TOPIC_ID, ranges: [slice(0, 0, 100)] }, 0.2);
  expect(Math.abs((cut as number) - 80)).toBeLessThanOrEqual(1);
});

test('a partition without kept rows is learned from to its end; slices begin anywhere', async () => {
  await empty();
  const bad = { ...view(1, 0, NOW), outcome: 'quarantined' } as const;
  await insertTestEvents(store, [...Array.from({ length: 40 }, (_, at) => view(0, at, NOW + at)), bad], 'all');
  const ranges = [slice(1, 0, 1), slice(0, 20, 40)];
  expect(await cutByTime(store, { topicId: TOPIC_ID, ranges }, 0.5)).toEqual([1, 30]);
});

test('the newest time is that of kept rows within the slices, wherever they lie in them', async () => {
  await empty();
  const events: TestEvent[] = [
    view(0, 0, NOW - 1000),
    view(0, 1, NOW + 700),
    view(0, 2, NOW + 500),
    view(1, 0, NOW),
    { ...view(1, 1, NOW + 9000), outcome: 'quarantined' },
    view(1, 2, NOW + 10_000),
  ];
  await insertTestEvents(store, events, 'newest');
  const newest = (...ranges: ReturnType<typeof slice>[]) => readNewestTime(store, { topicId: TOPIC_ID, ranges });
  expect(await newest(slice(0, 0, 3), slice(1, 0, 2))).toBe(NOW + 700);
  expect(await newest(slice(0, 0, 1))).toBe(NOW - 1000);
  expect(await newest()).toBe(0);
});
