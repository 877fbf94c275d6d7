import { EXPLORED_KEY, flags } from '@nextcart/contracts';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { readExplored } from './attribution-explored.ts';
import { ratioInterval } from './attribution-intervals.ts';
import { insertTestLists } from './attribution-lists.fixture.ts';
import type { Store } from './store.ts';
import { insertTestEvents, type TestEvent } from './test-events.fixture.ts';
import { windowStore } from './window-store.fixture.ts';

const NOON = Date.UTC(2026, 10, 24, 12);
const range = { since: NOON, until: NOON + 3_600_000 };

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'explored')));
afterAll(() => drop());
beforeEach(() => empty());

const items = [
  ['x', 'trending'],
  ['p', 'covisit'],
  ['q', 'covisit'],
  ['r', 'covisit'],
] as const;
const put = (events: readonly Pick<TestEvent, 'type' | 'subject' | 'item' | 'recommId' | 'flags'>[]) =>
  insertTestEvents(
    store,
    events.map((event, offset) => ({ ...event, partition: 0, offset, time: NOON + offset })),
    'events',
  );
const did = (type: 'impression' | 'click', subject: string, recommId: string, item: string) => ({
  ...{ type, subject, item, recommId },
});

test('clicks and showings of explored places count one over their chances, subject by subject', async () => {
  await insertTestLists(store, [
    { recommId: 'A', subject: 'u1', items, snapshots: { trending: 'a hash', [EXPLORED_KEY]: '2:0.5,4:0.1' } },
    { recommId: 'B', subject: 'u2', items, snapshots: { [EXPLORED_KEY]: '2:0.25,4:0.02' } },
    { recommId: 'C', subject: 'u3', items, snapshots: { [EXPLORED_KEY]: '3:0.05' } },
    { recommId: 'plain', subject: 'u1', items },
  ]);
  await put([
    did('impression', 'u1', 'A', 'x'), // a place as any other
    did('click', 'u1', 'A', 'x'),
    did('impression', 'u1', 'A', 'p'),
    did('impression', 'u1', 'A', 'p'), // the same again
    did('impression', 'u1', 'A', 'r'),
    did('click', 'u1', 'A', 'r'),
    did('impression', 'u2', 'B', 'p'),
    did('click', 'u2', 'B', 'p'),
    did('impression', 'u2', 'B', 'r'),
    did('impression', 'u3', 'C', 'q'),
    did('click', 'u1', 'plain', 'p'), // of a list that explored nothing
    did('click', 'u3', 'B', 'p'), // another subject's list
    { ...did('click', 'u3', 'C', 'q'), flags: flags.robot },
  ]);
  const found = await readExplored(store, range);
  expect(found).toMatchObject({ subjects: 3, impressions: 5, clicks: 2 });
  expect(found?.ctr?.value).toBeCloseTo(2 / 5, 12);
  // shown: u1 2 + 10, u2 4 + 50, u3 20; clicked: u1 10, u2 4
  const [shown, clicked] = [
    [12, 54, 20],
    [10, 4, 0],
  ] as const;
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, one, at) => sum + one * (b[at] ?? 0), 0);
  const expected = ratioInterval(
    {
      ...{ subjects: 3, x: 86, y: 14 },
      ...{ xx: dot(shown, shown), xy: dot(shown, clicked), yy: dot(clicked, clicked) },
    },
    true,
  );
  expect(expected?.value).toBe(14 / 86);
  for (const end of ['value', 'low', 'high'] as const)
    expect(found?.weightedCtr?.[end]).toBeCloseTo(expected?.[end] as number, 9);
  expect(found?.weightedCtr?.high).toBeGreaterThan(14 / 86);
});

test('where nothing was explored, or none of it was shown, there is no figure', async () => {
  await insertTestLists(store, [
    { recommId: 'A', subject: 'u1', items, snapshots: { [EXPLORED_KEY]: '2:0.5' } },
    { recommId: 'plain', subject: 'u1', items },
  ]);
  await put([did('impression', 'u1', 'A', 'x'), did('impression', 'u1', 'plain', 'p')]);
  expect(await readExplored(store, range)).toBeNull();
});
