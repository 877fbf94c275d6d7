/**
 * Chapter 4. A window asks what happened in the last 5 minutes, hour, day, week or month before a moment: to an item, a
 * category, a brand or a search term. It ends at that moment and not at a full minute or hour: whole hours and minutes come
 * from summing tables that each insert keeps up, the edges from raw rows. The moment is event time, the shop's watermark,
 * so an import of last year has windows too. What lists are made from is frozen as snapshots, named by their content.
 */
import {
  latestSnapshot,
  readTrending,
  type Store,
  saveSnapshot,
  snapshotByHash,
  type WindowName,
  windowsAsOf,
  windowsAt,
} from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore, type TestEvent } from '@nextcart/clickhouse/testing';
import { encodeSnapshot, flags, parseMoney, snapshotHash } from '@nextcart/contracts';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';

const NOON = Date.UTC(2026, 0, 5, 12);
const MINUTE = 60_000;
const TOPIC = '7c1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e01';

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'tour')));
beforeEach(async () => {
  for (const table of ['events', 'window_minutes', 'window_hours']) await store.command(`TRUNCATE TABLE ${table}`);
});
afterAll(() => drop());

type Deed = Partial<TestEvent> & { readonly minutesAgo: number };
let next = 0;
/** Lands deeds in the order of the log; a view of a cup by anna where nothing else is said. */
const land = async (...deeds: readonly Deed[]): Promise<void> => {
  const events = deeds.map(
    ({ minutesAgo, ...over }): TestEvent => ({
      ...{ topicId: TOPIC, partition: 0, offset: next++, time: NOON - minutesAgo * MINUTE },
      ...{ type: 'view', subject: 'anna', item: 'cup' },
      ...over,
    }),
  );
  await insertTestEvents(store, events, `batch to ${next}`);
};
const cupAt = async (window: WindowName, at = NOON) =>
  (await windowsAt(store, { kind: 'item', window, at, keys: ['cup'] }))[0];

test('a window ends at the moment that is asked for, to the millisecond', async () => {
  await land({ minutesAgo: 2 }, { minutesAgo: 40 }, { minutesAgo: 300 }, { minutesAgo: 3000 });
  const views = async (at: number) =>
    Promise.all((['5m', '1h', '24h', '7d'] as const).map(async (window) => (await cupAt(window, at))?.views ?? 0));
  expect(await views(NOON)).toEqual([1, 2, 3, 4]);
  // a window of length w at T holds what happened in (T − w, T]
  expect(await views(NOON + 3 * MINUTE - 1)).toEqual([1, 2, 3, 4]);
  expect(await views(NOON + 3 * MINUTE)).toEqual([0, 2, 3, 4]);
  expect(await views(NOON - 40 * MINUTE - 1)).toEqual([0, 0, 1, 2]);
});

test('an item that nobody looks at any more shrinks to nothing, without any event', async () => {
  await land({ minutesAgo: 4 }, { minutesAgo: 3 });
  expect((await cupAt('5m'))?.views).toBe(2);
  expect((await cupAt('5m', NOON + MINUTE))?.views).toBe(1);
  expect(await cupAt('5m', NOON + 2 * MINUTE)).toBeUndefined();
});

test('money is kept per currency and in the base currency; what comes back is taken off the net', async () => {
  const paid = (type: 'purchase' | 'return', amount: string, currency: string, baseAmount: string): Deed => ({
    ...{ minutesAgo: 10, type, amount, currency, baseAmount, quantity: 1 },
  });
  await land(paid('purchase', '0.1', 'EUR', '0.1'), paid('purchase', '0.2', 'EUR', '0.2'));
  await land(paid('purchase', '9', 'USD', '8.1'), paid('return', '0.1', 'EUR', '0.1'));
  const cup = await cupAt('1h');
  expect(cup?.revenue).toEqual([
    { currency: 'EUR', gross: parseMoney('0.3'), net: parseMoney('0.2') },
    { currency: 'USD', gross: parseMoney('9'), net: parseMoney('9') },
  ]);
  expect(cup?.base).toEqual({ gross: parseMoney('8.4'), net: parseMoney('8.3') });
});

test('robots and repeats do not count, late events do', async () => {
  // ten minutes ago lies in a summing table, this very moment in the raw edge
  for (const minutesAgo of [10, 0])
    await land({ minutesAgo }, { minutesAgo, flags: flags.robot }, { minutesAgo, outcome: 'duplicate' });
  await land({ minutesAgo: 50, outcome: 'late' });
  expect((await cupAt('1h'))?.views).toBe(3);
});

test('searches have windows of their own, whatever their case and spaces', async () => {
  const searched = (query: string, subject: string): Deed => ({
    ...{ minutesAgo: 1, type: 'search', item: null, query, subject },
  });
  await land(searched('Blue cup ', 'anna'), searched('blue cup', 'anna'), searched('BLUE CUP', 'ben'));
  const [term] = await windowsAt(store, { kind: 'query', window: '5m', at: NOON, distinctUsers: true });
  expect(term).toMatchObject({ key: 'blue cup', searches: 3, users: 2 });
});

test('what somebody does within half an hour of a search counts for its term, though the shop does not say so', async () => {
  await land(
    { minutesAgo: 50, type: 'search', item: null, query: 'cup' },
    ...[{ minutesAgo: 45 }, { minutesAgo: 44, subject: 'ben' }],
    { minutesAgo: 30, type: 'purchase', amount: '12.90', currency: 'EUR', baseAmount: '12.90' },
    { minutesAgo: 19 },
    ...[
      { minutesAgo: 10, type: 'search' as const, item: null, query: 'rug' },
      { minutesAgo: 9, item: 'rug' },
    ],
  );
  const terms = await windowsAt(store, { kind: 'query', window: '1h', at: NOON, distinctUsers: true });
  expect(terms).toMatchObject([
    { key: 'cup', searches: 1, views: 1, purchases: 1, users: 1, base: { gross: parseMoney('12.90') } },
    { key: 'rug', searches: 1, views: 1, purchases: 0, users: 1 },
  ]);
  // where the window begins after the search, what it led to still counts for it
  const later = await windowsAt(store, { kind: 'query', window: '1h', at: NOON + 11 * MINUTE });
  expect(later[0]).toMatchObject({ key: 'cup', searches: 0, views: 1, purchases: 1 });
});

test('as of a place in the log a window is what it was then: what came later does not leak into the past', async () => {
  await land({ minutesAgo: 30 }, { minutesAgo: 20, type: 'cart', amount: '12.90', currency: 'EUR' });
  const positions = { [`${TOPIC}:0`]: next - 1 };
  const then = await windowsAt(store, { kind: 'item', window: '1h', at: NOON });
  await land({ minutesAgo: 55, outcome: 'late' }, { minutesAgo: 0 });

  expect(await windowsAsOf(store, { kind: 'item', window: '1h', at: NOON, positions })).toEqual(then);
  const now = { [`${TOPIC}:0`]: next - 1 };
  expect(await windowsAsOf(store, { kind: 'item', window: '1h', at: NOON, positions: now })).toEqual(
    await windowsAt(store, { kind: 'item', window: '1h', at: NOON }),
  );
  expect((await cupAt('1h'))?.views).toBe(3);
});

test('trending fades by half-lives, and is frozen as a snapshot that is named by the hash of its bytes', async () => {
  await land({ minutesAgo: 0 }, { minutesAgo: 30, item: 'lamp' }, { minutesAgo: 0, item: 'rug', type: 'purchase' });
  const payload = await readTrending(store, { at: NOON, top: 10 });
  expect(payload.items).toEqual(['cup', 'lamp', 'rug']);
  // half-life of 30 minutes: fresh, one half-life old, and a purchase, which counts ten views
  expect([...payload.scores.subarray(0, 3)]).toEqual([1, 0.5, 10]);

  const save = () => saveSnapshot(store, { kind: 'trending', asOf: NOON, positions: {}, payload });
  const { hash, saved } = await save();
  expect([hash, saved]).toEqual([snapshotHash(encodeSnapshot(payload)), true]);
  expect(await save()).toMatchObject({ hash, saved: false });
  expect(await snapshotByHash(store, hash)).toEqual(await latestSnapshot(store, 'trending'));
});
