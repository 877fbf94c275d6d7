import { flags } from '@nextcart/contracts';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { type Attribution, type AttributionRange, type AttributionRow, readAttribution } from './attribution.ts';
import { insertTestLists } from './attribution-lists.fixture.ts';
import type { Store } from './store.ts';
import { insertTestEvents, type TestEvent, TOPIC_ID } from './test-events.fixture.ts';
import { windowStore } from './window-store.fixture.ts';

const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const day: AttributionRange = { since: NOON - HOUR, until: NOON + 12 * HOUR };

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'attribution')));
afterAll(() => drop());

/** u1's list A of release r1, u2's B of r2, everyone's S, and similar ones of x. */
beforeEach(async () => {
  await empty();
  await insertTestLists(store, [
    {
      recommId: 'A',
      subject: 'u1',
      items: [
        ['x', 'recurrent'],
        ['y', 'trending'],
        ['z', 'covisit'],
      ],
    },
    {
      recommId: 'B',
      subject: 'u2',
      release: 'r2',
      items: [
        ['y', 'recurrent'],
        ['x', 'trending'],
      ],
    },
    {
      recommId: 'S',
      subject: '*',
      items: [
        ['x', 'trending'],
        ['w', 'trending'],
      ],
    },
    { recommId: 'X', subject: 'item:x', items: [['y', 'covisit']] },
  ]);
});

/** An event at `minute` after noon. */
type Deed = Omit<TestEvent, 'partition' | 'offset' | 'time' | 'amount' | 'currency' | 'baseAmount'> & {
  readonly minute: number;
  readonly base?: string | null;
};
const bought = (subject: string, item: string, minute: number, base: string | null, recommId?: string): Deed => ({
  ...{ type: 'purchase', subject, item, minute, base, recommId: recommId ?? null },
});
const did = (
  type: TestEvent['type'],
  subject: string,
  recommId: string | null,
  item: string,
  minute: number,
): Deed => ({
  ...{ type, subject, recommId, item, minute },
});
const happened = (deeds: readonly Deed[]) =>
  insertTestEvents(
    store,
    deeds.map(({ minute, base = null, ...rest }, offset) => ({
      ...rest,
      // the amount as it was paid is another one: only the base currency's may be summed
      ...(base === null ? {} : { baseAmount: base, amount: '999.00', currency: 'JPY' }),
      ...{ partition: offset % 2, offset, time: NOON + minute * MINUTE },
    })),
    'deeds',
  );
const row = (found: Attribution, split: keyof Attribution['by'], key: string): AttributionRow | undefined =>
  found.by[split].find((one) => one.key === key);
const figures = (one: AttributionRow | undefined) =>
  one && {
    ...{ impressions: one.impressions, clicks: one.clicks, carts: one.carts, purchases: one.purchases, net: one.net },
  };

test('what was done with a list counts for its release, the item’s source and its place, money to the last unit', async () => {
  await happened([
    ...['x', 'y', 'z'].map((item) => did('impression', 'u1', 'A', item, 0)),
    did('click', 'u1', 'A', 'y', 1),
    did('cart', 'u1', 'A', 'y', 2),
    bought('u1', 'y', 3, '0.1000', 'A'),
    bought('u1', 'y', 4, '99999999999999.0001', 'A'),
    ...['y', 'x'].map((item) => did('impression', 'u2', 'B', item, 0)),
    did('dismiss', 'u2', 'B', 'x', 1),
  ]);
  const found = await readAttribution(store, day);
  expect(row(found, 'release', 'r1')).toMatchObject({
    ...{ subjects: 1, impressions: 3, clicks: 1, carts: 1, dismissals: 0, purchases: 2 },
    ...{ gross: 999_999_999_999_991_001n, returned: 0n, net: 999_999_999_999_991_001n },
  });
  expect(row(found, 'release', 'r2')).toMatchObject({ impressions: 2, clicks: 0, dismissals: 1, net: 0n });
  expect(found.by.source.map(({ key, impressions, clicks }) => [key, impressions, clicks])).toEqual([
    ['covisit', 1, 0],
    ['recurrent', 2, 0],
    ['trending', 2, 1],
  ]);
  expect(found.by.position.map(({ key, impressions, purchases }) => [key, impressions, purchases])).toEqual([
    ['1', 2, 0],
    ['2', 2, 2],
    ['3', 1, 0],
  ]);
  expect(row(found, 'release', 'r1')?.ctr?.value).toBeCloseTo(1 / 3, 12);
  expect(row(found, 'release', 'r1')?.conversion?.value).toBe(2);
  expect(found.leftOut).toEqual({ 'not listed': 0, 'other subject': 0 });
});

test('an item that is shown or clicked twice on a list counts once; a view that names the list is its click', async () => {
  await happened([
    did('impression', 'u1', 'A', 'x', 0),
    did('impression', 'u1', 'A', 'x', 5),
    did('click', 'u1', 'A', 'x', 6),
    did('view', 'u1', 'A', 'x', 6),
    did('view', 'u1', 'A', 'x', 9),
    did('view', 'u1', null, 'y', 9),
  ]);
  expect(figures(row(await readAttribution(store, day), 'release', 'r1'))).toEqual({
    ...{ impressions: 1, clicks: 1, carts: 0, purchases: 0, net: 0n },
  });
});

test('duplicates, quarantined rows, robots and outliers are left out, late ones count: as in windows', async () => {
  await happened([
    did('impression', 'u1', 'A', 'x', 0),
    { ...did('click', 'u1', 'A', 'x', 1), outcome: 'late' },
    { ...bought('u1', 'x', 2, '5.0000', 'A'), outcome: 'late' },
    { ...bought('u1', 'x', 2, '5.0000', 'A'), outcome: 'duplicate' },
    { ...bought('u1', 'x', 2, '5.0000', 'A'), outcome: 'quarantined' },
    { ...bought('u1', 'x', 2, '70000.0000', 'A'), flags: flags.outlierAmount },
    { ...did('click', 'u1', 'A', 'y', 3), flags: flags.robot },
    { ...did('click', 'u1', 'A', 'z', 3), flags: flags.unknownItem },
  ]);
  expect(figures(row(await readAttribution(store, day), 'release', 'r1'))).toEqual({
    ...{ impressions: 1, clicks: 2, carts: 0, purchases: 1, net: 50_000n },
  });
});

test('a purchase that names no list is the last click’s of its subject and item, for a day', async () => {
  await happened([
    did('click', 'u1', 'A', 'x', 0),
    did('click', 'u1', 'S', 'x', 10),
    bought('u1', 'x', 11, '1.0000'), // the last click's: S
    bought('u1', 'y', 12, '10.0000'), // another item
    bought('u2', 'x', 12, '100.0000'), // another subject
    did('click', 'u1', 'A', 'z', 20),
    bought('u1', 'z', 19, '1000.0000'), // before the click
    bought('u1', 'z', 20 + 24 * 60, '0.5000'), // to the minute
    bought('u1', 'z', 21 + 24 * 60, '0.2500'), // too late
  ]);
  const found = await readAttribution(store, { since: NOON, until: NOON + 2 * DAY });
  expect(found.by.list.map(({ key, purchases, net }) => [key, purchases, net])).toEqual([
    ['strangers', 1, 10_000n],
    ['subject', 1, 5000n],
  ]);
  const hour = await readAttribution(store, { since: NOON, until: NOON + 2 * DAY, hours: 0 });
  expect(hour.by.list.map(({ purchases }) => purchases)).toEqual([0, 0]);
});

test('a purchase that names a list is that list’s, whatever was clicked later', async () => {
  await happened([
    did('click', 'u1', 'A', 'x', 0),
    did('click', 'u1', 'S', 'x', 5),
    bought('u1', 'x', 6, '2.0000', 'A'),
  ]);
  const found = await readAttribution(store, day);
  expect(row(found, 'list', 'subject')).toMatchObject({ purchases: 1, net: 20_000n });
  expect(row(found, 'list', 'strangers')).toMatchObject({ purchases: 0, net: 0n });
});

test('a click before the range brings its purchase in, and is not counted itself', async () => {
  await happened([did('click', 'u1', 'A', 'x', -90), bought('u1', 'x', 30, '3.0000')]);
  expect(figures(row(await readAttribution(store, { since: NOON, until: NOON + HOUR }), 'release', 'r1'))).toEqual({
    ...{ impressions: 0, clicks: 0, carts: 0, purchases: 1, net: 30_000n },
  });
});

test('a return is taken off the purchase it belongs to, also after the range and where the return names another list', async () => {
  const returned = (
    subject: string,
    item: string,
    minute: number,
    base: string,
    recommId: string | null = null,
  ): Deed => ({
    ...{ type: 'return', subject, item, minute, base, recommId },
  });
  await happened([
    bought('u1', 'x', 0, '20.0000', 'A'),
    returned('u1', 'x', 9 * 24 * 60, '7.5000', 'S'),
    returned('u1', 'x', 10 * 24 * 60, '2.5000'),
    bought('u1', 'y', 1, '8.0000', 'A'),
    bought('u1', 'y', 5, '8.0000'), // no list's; what comes back is this one
    returned('u1', 'y', 60, '8.0000'),
    returned('u2', 'x', 60, '20.0000'), // another subject's
    returned('u1', 'z', 60, '4.0000', 'A'), // of nothing that was bought in the range
  ]);
  expect(row(await readAttribution(store, day), 'release', 'r1')).toMatchObject({
    ...{ purchases: 2, gross: 280_000n, returned: 100_000n, net: 180_000n },
  });
});

test('a list of another subject counts for nobody, and is told; those for everyone count for everyone', async () => {
  await happened([
    did('impression', 'u2', 'A', 'x', 0),
    did('impression', 'u1', 'A', 'x', 1), // its own subject, after the other: still a showing
    bought('u2', 'x', 2, '9.0000', 'A'),
    did('impression', 'u1', 'S', 'x', 3),
    did('impression', 'u2', 'S', 'x', 3),
    did('click', 'u2', 'X', 'y', 4),
    did('impression', 'u1', 'gone', 'x', 5),
    did('click', 'u1', 'A', 'w', 5), // not on that list
    did('click', 'u1', 'A', 'w', 6),
  ]);
  const found = await readAttribution(store, day);
  expect(found.leftOut).toEqual({ 'not listed': 2, 'other subject': 2 });
  expect(found.by.list.map(({ key, subjects, impressions, clicks }) => [key, subjects, impressions, clicks])).toEqual([
    ['similar items', 1, 0, 1],
    ['strangers', 2, 2, 0],
    ['subject', 1, 1, 0],
  ]);
  expect(found.by.list.every(({ purchases }) => purchases === 0)).toBe(true);
});

test('who signs in between the click and the purchase keeps what the device was shown, and nobody else does', async () => {
  await insertTestLists(store, [
    {
      recommId: 'V',
      subject: 'v1',
      items: [
        ['x', 'trending'],
        ['y', 'trending'],
      ],
    },
  ]);
  await happened([did('click', 'v1', 'V', 'x', 0), did('click', 'v1', 'V', 'y', 0)]);
  const signedIn = (offset: number, user: string, visitor: string, item: string, over: object = {}) => ({
    ...{ topic_id: TOPIC_ID, partition: 1, offset, outcome: 'accepted', event_type: 'purchase', user_id: user },
    ...{
      visitor_id: visitor,
      item_id: item,
      base_amount: '4.0000',
      event_time: ((NOON + 5 * MINUTE) / 1000).toFixed(3),
    },
    ...over,
  });
  await store.insertRows('events', [
    signedIn(100, 'u7', 'v1', 'x'), // by the click
    signedIn(101, 'u7', 'v1', 'y', { recomm_id: 'V' }), // by its own name
    signedIn(102, 'u8', 'v2', 'x'), // another device
    signedIn(103, 'u8', 'v2', 'y', { recomm_id: 'V' }), // of another's list
  ]);
  const found = await readAttribution(store, day);
  expect(row(found, 'list', 'subject')).toMatchObject({ subjects: 2, clicks: 2, purchases: 2, net: 80_000n });
  expect(found.leftOut).toEqual({ 'not listed': 0, 'other subject': 1 });
});

test('an item on two devices of one subject is one showing, and a list that landed twice is one list', async () => {
  await insertTestLists(store, [
    {
      recommId: 'A',
      subject: 'u1',
      items: [
        ['x', 'recurrent'],
        ['y', 'trending'],
      ],
    },
  ]);
  const seen = (offset: number, visitor: string) => ({
    ...{ topic_id: TOPIC_ID, partition: 0, offset, outcome: 'accepted', event_type: 'impression', user_id: 'u1' },
    ...{ visitor_id: visitor, item_id: 'x', recomm_id: 'A', event_time: (NOON / 1000).toFixed(3) },
  });
  await store.insertRows('events', [seen(0, 'v1'), seen(1, 'v2')]);
  expect(row(await readAttribution(store, day), 'release', 'r1')).toMatchObject({ subjects: 1, impressions: 1 });
});

test('a line without a rate to the base currency is a purchase without revenue; the range is half open', async () => {
  await happened([
    bought('u1', 'x', 0, null, 'A'),
    bought('u1', 'x', -1, '1.0000', 'A'),
    bought('u1', 'x', 60, '1.0000', 'A'),
  ]);
  const found = await readAttribution(store, { since: NOON, until: NOON + HOUR });
  expect(figures(row(found, 'release', 'r1'))).toEqual({ impressions: 0, clicks: 0, carts: 0, purchases: 1, net: 0n });
  expect(row(found, 'release', 'r1')?.ctr).toBeNull();
});

test('nothing at all is empty tables, and hours that are none are refused', async () => {
  const found = await readAttribution(store, day);
  expect(Object.values(found.by)).toEqual([[], [], [], []]);
  await expect(readAttribution(store, { ...day, hours: 1.5 })).rejects.toThrow(/hours is a whole number, not 1.5/);
});
