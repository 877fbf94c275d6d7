import { flags, type SnapshotKind } from '@nextcart/contracts';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { readPopularity, readSliceHistories, readTargets } from './model-requests.ts';
import { snapshotsBefore } from './model-snapshots.ts';
import { partitionKey } from './positions.ts';
import { saveSnapshot } from './snapshots.ts';
import type { Store } from './store.ts';
import { insertTestEvents, type TestEvent, TOPIC_ID } from './test-events.fixture.ts';
import { windowStore } from './window-store.fixture.ts';

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'requests')));
beforeEach(() => empty());
afterAll(() => drop());

const NOW = Date.UTC(2026, 10, 27);
const slice = [
  { partition: 0, from: 2, to: 9 },
  { partition: 1, from: 0, to: 1 },
];
const event = (offset: number, subject: string, change: Partial<TestEvent> = {}): TestEvent => ({
  ...{ partition: 0, offset, time: NOW + offset * 1000, type: 'purchase', subject, item: `i${offset}` },
  ...change,
});
const targetsOf = async (limits = { maxSubjects: 10, perSubject: 2 }, of = slice) => {
  const found = await readTargets(store, TOPIC_ID, of, limits);
  return Object.fromEntries(found.map(({ subject, targets }) => [subject, targets.map(({ item }) => item)]));
};

test('targets are the first carts and purchases in the slice, of people, with an item', async () => {
  await insertTestEvents(
    store,
    [
      event(1, 'ann'), // before the slice
      event(2, 'ann', { type: 'cart' }),
      event(3, 'ann', { type: 'view' }),
      event(4, 'bob', { flags: flags.robot }),
      event(5, 'ann'),
      event(6, 'ann'), // one too many
      event(7, 'eve', { item: null }),
      event(8, 'eve', { outcome: 'duplicate' }),
      event(9, 'bob'), // after it
    ],
    'a',
  );
  await insertTestEvents(store, [event(0, 'zoe', { partition: 1 })], 'b');
  expect(await targetsOf()).toEqual({ ann: ['i2', 'i5'], zoe: ['i0'] });
});

test('of a target it is told what was paid for it within the slice, whichever of its events was first', async () => {
  const bought = { item: 'tea', baseAmount: '2.5000' } as const;
  await insertTestEvents(
    store,
    [
      event(1, 'ann', bought), // before the slice
      event(2, 'ann', { ...bought, type: 'cart', baseAmount: '9.0000' }),
      event(3, 'ann', bought),
      event(4, 'bob', { ...bought, baseAmount: '100.0000' }),
      event(5, 'ann', bought), // not among the targets, paid all the same
      event(6, 'bob', { item: 'cup', baseAmount: null }),
      event(9, 'bob', bought), // after it
    ],
    'a',
  );
  const found = await readTargets(store, TOPIC_ID, slice, { maxSubjects: 10, perSubject: 2 });
  const paid = found.map(({ subject, targets }) => [subject, targets.map((target) => target.paid)]);
  expect(Object.fromEntries(paid)).toEqual({ ann: [5, 5], bob: [100, 0] });
});

test('how well items are known is counted in the positions right before the slice, of people', async () => {
  const view = (offset: number, item: string | null, change: Partial<TestEvent> = {}) =>
    event(offset, 'ann', { type: 'view', item, ...change });
  await insertTestEvents(
    store,
    [
      view(0, 'too early'),
      view(5, 'tea', { type: 'cart' }),
      view(6, 'tea', { flags: flags.robot }),
      view(7, 'cup', { type: 'impression' }),
      view(8, null),
      view(9, 'tea', { type: 'purchase' }),
      view(10, 'in the slice'),
    ],
    'a',
  );
  await insertTestEvents(store, [view(0, 'cup', { partition: 1 }), view(1, 'later', { partition: 1 })], 'b');
  const later = [
    { partition: 0, from: 10, to: 12 },
    { partition: 1, from: 1, to: 2 },
  ];
  expect([...(await readPopularity(store, TOPIC_ID, later, 10))]).toEqual([
    ['cup', 1],
    ['tea', 2],
  ]);
});

test('the sample of subjects is fixed: more rows and more subjects in other places do not change who is in it', async () => {
  const people = Array.from({ length: 7 }, (_, at) => event(2 + at, `p${at}`));
  await insertTestEvents(store, people, 'a');
  const some = Object.keys(await targetsOf({ maxSubjects: 3, perSubject: 1 }));
  expect(some).toHaveLength(3);
  await insertTestEvents(store, [event(9, 'later'), event(10, 'p0')], 'b');
  expect(Object.keys(await targetsOf({ maxSubjects: 3, perSubject: 1 }))).toEqual(some);
  expect(Object.keys(await targetsOf({ maxSubjects: 2, perSubject: 1 }))).toEqual(some.slice(0, 2));
});

test('slices that follow each other do not draw the same people', async () => {
  const people = Array.from({ length: 40 }, (_, at) => event(at, `p${at}`));
  await insertTestEvents(store, people, 'a');
  const drawnBy = async (to: number) =>
    Object.keys(await targetsOf({ maxSubjects: 10, perSubject: 1 }, [{ partition: 0, from: 0, to }])).toSorted();
  expect(await drawnBy(40)).toEqual(await drawnBy(40));
  const seen = new Set((await Promise.all([40, 41, 42, 43].map(drawnBy))).flat());
  expect(seen.size).toBeGreaterThan(20); // of 40; ten where it is always the same
});

test('histories within a slice are the kept rows of the subjects asked for, in the order of the log', async () => {
  const rows = [3, 1, 2, 8, 5].map((offset) => event(offset, offset === 5 ? 'bob' : 'ann', { type: 'view' }));
  await insertTestEvents(store, [...rows, event(4, 'ann', { outcome: 'quarantined' })], 'a');
  const found = await readSliceHistories(store, TOPIC_ID, { partition: 0, from: 2, to: 8 }, ['ann', "o'hara"]);
  expect([...found.keys()]).toEqual(['ann']);
  expect(found.get('ann')?.map(({ offset }) => offset)).toEqual([2, 3]);
});

const saved = async (kind: SnapshotKind & 'trending', item: string, last: number) =>
  (
    await saveSnapshot(store, {
      kind,
      ...{ asOf: NOW, positions: { [partitionKey(TOPIC_ID, 0)]: last } },
      payload: { items: [item], scores: new Float32Array(4) },
    })
  ).hash;

test('the snapshot of a slice is the newest that had none of its rows', async () => {
  expect(await snapshotsBefore(store, TOPIC_ID, slice)).toEqual({});
  await saved('trending', 'a', 2);
  expect(await snapshotsBefore(store, TOPIC_ID, slice)).toEqual({ trending: null });
  await saved('trending', 'b', 1);
  const newest = await saved('trending', 'c', 1);
  await saved('trending', 'd', 5);
  expect(await snapshotsBefore(store, TOPIC_ID, slice)).toEqual({ trending: newest });
});

test('one that knew less than nine tenths of what was before a slice is none', async () => {
  const late = [{ partition: 0, from: 100, to: 110 }];
  await saved('trending', 'a', 88);
  expect(await snapshotsBefore(store, TOPIC_ID, late)).toEqual({ trending: null });
  const enough = await saved('trending', 'b', 89);
  expect(await snapshotsBefore(store, TOPIC_ID, late)).toEqual({ trending: enough });
});
