import { type EventType, EXCLUDED_FROM_WINDOWS, parseMoney } from '@nextcart/contracts';
import { systemClock } from '@nextcart/runtime';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { conversionOf } from './conversion.ts';
import { cuts, eventDraft, NOW, positionsOf, seenAt, toEvents } from './event-drafts.fixture.ts';
import { rebuildWindows } from './rebuild-windows.ts';
import type { Store } from './store.ts';
import { insertTestEvents, type TestEvent, testLog } from './test-events.fixture.ts';
import { windowStore } from './window-store.fixture.ts';
import {
  type WindowKind,
  type WindowName,
  type WindowRow,
  windowKinds,
  windowLengths,
  windowsAsOf,
  windowsAt,
} from './windows.ts';

let store: Store;
let emptyEvents: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ store, empty: emptyEvents, drop } = await windowStore(inject('urls').clickhouseUrl, 'windows'));
});
afterAll(() => drop());

const counted: readonly EventType[] = ['search', 'view', 'click', 'cart', 'purchase', 'return'];
const ownTerm = ({ query }: TestEvent): string => (query ?? '').trim().toLowerCase();
const keyOf = (kind: Exclude<WindowKind, 'query'>, event: TestEvent): string =>
  ({ item: event.item ?? '', category: event.category ?? '', brand: event.brand ?? '' })[kind];

const HALF_AN_HOUR = 1_800_000;
/** Each event's term, else what its subject named last within the half hour before it; a return has its own alone. */
const termsOf = (events: readonly TestEvent[]): Map<TestEvent, string> => {
  const terms = new Map<TestEvent, string>();
  const named = new Map<string, { term: string; time: number }>();
  const inOrder = [...events].sort((a, b) => a.time - b.time || a.partition - b.partition || a.offset - b.offset);
  for (const event of inOrder) {
    const term = ownTerm(event);
    if (term !== '') named.set(event.subject, { term, time: event.time });
    const last = named.get(event.subject);
    const isLed = event.type !== 'return' && last !== undefined && event.time - last.time <= HALF_AN_HOUR;
    terms.set(event, isLed ? last.term : term);
  }
  return terms;
};

/** The definition of a window, event by event; shares nothing with the SQL. */
const bruteForce = (events: readonly TestEvent[], kind: WindowKind, window: WindowName, at: number): WindowRow[] => {
  const byKey = new Map<string, TestEvent[]>();
  const kept = events.filter(
    ({ outcome, flags = 0, type }) =>
      outcome !== 'duplicate' &&
      outcome !== 'quarantined' &&
      (flags & EXCLUDED_FROM_WINDOWS) === 0 &&
      counted.includes(type),
  );
  const terms = termsOf(kept);
  for (const event of kept) {
    if (event.time > at || event.time <= at - windowLengths[window]) continue;
    const key = kind === 'query' ? (terms.get(event) ?? '') : keyOf(kind, event);
    if (key !== '') byKey.set(key, [...(byKey.get(key) ?? []), event]);
  }
  const count = (list: readonly TestEvent[], type: EventType) => list.filter((e) => e.type === type).length;
  const pieces = (list: readonly TestEvent[], type: EventType) =>
    list.filter((e) => e.type === type).reduce((sum, e) => sum + (e.quantity ?? 1), 0);
  const money = (list: readonly TestEvent[], type: EventType, field: 'amount' | 'baseAmount') =>
    list.filter((e) => e.type === type).reduce((sum, e) => sum + parseMoney(e[field] ?? '0'), 0n);
  const funnel = (list: readonly TestEvent[]) => ({
    views: count(list, 'view'),
    carts: count(list, 'cart'),
    purchases: count(list, 'purchase'),
  });
  const all = funnel([...byKey.values()].flat());
  return [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, list]) => {
      const currencies = [...new Set(list.filter((e) => e.amount != null).map((e) => e.currency ?? ''))].sort();
      const net = (some: readonly TestEvent[], field: 'amount' | 'baseAmount') => ({
        gross: money(some, 'purchase', field),
        net: money(some, 'purchase', field) - money(some, 'return', field),
      });
      return {
        key,
        searches: count(list, 'search'),
        ...{ views: count(list, 'view'), clicks: count(list, 'click'), carts: count(list, 'cart') },
        ...{ purchases: count(list, 'purchase'), returns: count(list, 'return') },
        ...{ quantity: pieces(list, 'purchase'), returnedQuantity: pieces(list, 'return') },
        revenue: currencies.map((currency) => ({
          currency,
          ...net(
            list.filter((e) => e.currency === currency),
            'amount',
          ),
        })),
        base: net(list, 'baseAmount'),
        conversion: conversionOf(funnel(list), all),
        users: new Set(list.map((e) => e.subject)).size,
      };
    });
};

test('live and point-in-time windows equal a brute-force count of the raw rows', { timeout: 120_000 }, async () => {
  const cases = fc.record({
    drafts: fc.array(eventDraft, { minLength: 1, maxLength: 60 }),
    kind: fc.constantFrom(...windowKinds),
    window: fc.constantFrom(...(Object.keys(windowLengths) as WindowName[])),
    shift: fc.oneof(fc.constant(0), fc.integer({ min: -4_000_000, max: 600_000 })),
    cut: cuts,
    batches: fc.integer({ min: 1, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ drafts, kind, window, shift, cut, batches }) => {
      await emptyEvents();
      const events = toEvents(drafts);
      const size = Math.ceil(events.length / batches);
      for (let i = 0; i < batches; i += 1) {
        const batch = events.slice(i * size, (i + 1) * size);
        if (batch.length === 0) continue;
        await insertTestEvents(store, batch, `batch-${i}`);
        await insertTestEvents(store, batch, `batch-${i}`); // the retry that a crash brings
      }
      const at = NOW + shift;
      expect(await windowsAt(store, { kind, window, at, distinctUsers: true })).toEqual(
        bruteForce(events, kind, window, at),
      );

      const positions = positionsOf(cut);
      expect(await windowsAsOf(store, { kind, window, at, positions, distinctUsers: true })).toEqual(
        bruteForce(seenAt(events, cut), kind, window, at),
      );
    }),
    { numRuns: 60 },
  );
});

test('what a search led to is told by time, place in the log and type, at the edges too', {
  timeout: 60_000,
}, async () => {
  const age = fc.constantFrom(0, 1, 60_000, HALF_AN_HOUR, HALF_AN_HOUR + 1, 3_599_999, 3_600_000, 4_000_000);
  const deed = fc
    .tuple(eventDraft, age, fc.constantFrom('search', 'view', 'purchase', 'return'))
    .map(([draft, ms, type]) => ({ ...draft, age: ms, type, outcome: 'accepted', flags: 0 }) as const);
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 2, maxLength: 40 }), async (drafts) => {
      await emptyEvents();
      const events = toEvents(drafts);
      await insertTestEvents(store, events, 'terms');
      const request = { kind: 'query', window: '1h', at: NOW, distinctUsers: true } as const;
      expect(await windowsAt(store, request)).toEqual(bruteForce(events, 'query', '1h', NOW));
    }),
    { numRuns: 30 },
  );
});

const view = (offset: number, time: number, over: Partial<TestEvent> = {}): TestEvent => ({
  ...{ partition: 0, offset, time, type: 'view', subject: `u${offset}`, item: 'i1' },
  ...over,
});

test('asking for one key does not change its rates', async () => {
  await emptyEvents();
  await insertTestEvents(
    store,
    [view(0, NOW), view(1, NOW, { item: 'i2' }), view(2, NOW, { item: 'i2', type: 'cart' })],
    'k',
  );
  const request = { kind: 'item', window: '1h', at: NOW } as const;
  const all = await windowsAt(store, request);
  expect(await windowsAt(store, { ...request, keys: ['i1'] })).toEqual(all.filter((row) => row.key === 'i1'));
  expect(all[0]?.conversion.cart).toBeGreaterThan(0);
});

test("a quiet item's windows shrink to nothing as the watermark moves on", async () => {
  await emptyEvents();
  await insertTestEvents(store, [view(0, NOW - 200_000), view(1, NOW - 100_000)], 'q');
  const views = async (at: number) => (await windowsAt(store, { kind: 'item', window: '5m', at }))[0]?.views ?? 0;
  expect([await views(NOW), await views(NOW + 150_000), await views(NOW + 200_000)]).toEqual([2, 1, 0]);
});

test('windows made again from the log equal the live ones, and a repeated batch is still counted once', async () => {
  await emptyEvents();
  const events = fc.sample(fc.array(eventDraft, { minLength: 400, maxLength: 400 }), { seed: 7, numRuns: 1 })[0] ?? [];
  const rows = toEvents(events);
  await insertTestEvents(store, rows.slice(0, 300), 'r-0');
  await insertTestEvents(store, rows.slice(300), 'r-1');
  const dump = async () =>
    Promise.all(
      ['window_minutes', 'window_hours'].map((table) =>
        store.query(`SELECT * EXCEPT (amount, base_amount), toString(amount) AS a, toString(base_amount) AS b FROM ${table} FINAL
                     ORDER BY ALL`),
      ),
    );
  const live = await dump();
  expect(live[1]?.length).toBeGreaterThan(50);
  await store.command(`ALTER TABLE window_minutes DELETE WHERE item_id = 'i1' SETTINGS mutations_sync = 1`);
  expect(await dump()).not.toEqual(live);

  await rebuildWindows(store, { log: testLog, clock: systemClock });
  expect(await dump()).toEqual(live);
  await insertTestEvents(store, rows.slice(300), 'r-1');
  expect(await dump()).toEqual(live);
});

test('a rebuild while batches go on coming loses none and doubles none', { timeout: 60_000 }, async () => {
  await emptyEvents();
  const batch = (n: number) => Array.from({ length: 50 }, (_, i) => view(n * 50 + i, NOW - n * 1000));
  await insertTestEvents(store, batch(0), 'c-0');
  let n = 1;
  let stop = false;
  const writer = (async () => {
    for (; !stop; n += 1) {
      await insertTestEvents(store, batch(n), `c-${n}`);
      await systemClock.sleep(150);
    }
  })();
  for (let i = 0; i < 3 || n <= 3; i += 1) await rebuildWindows(store, { log: testLog, clock: systemClock });
  stop = true;
  await writer;
  const sums = await store.query<{ total: number }>(
    'SELECT sum(events) AS total FROM window_minutes UNION ALL SELECT sum(events) FROM window_hours',
  );
  expect(n).toBeGreaterThan(3);
  expect(sums.map((row) => row.total)).toEqual([n * 50, n * 50]);
});

test("the view's constant is the contracts' mask of excluded flags", async () => {
  const rows = await store.query<{ sql: string }>(
    `SELECT as_select AS sql FROM system.tables WHERE database = currentDatabase() AND name = 'window_minutes_view'`,
  );
  expect(rows[0]?.sql).toContain(`bitAnd(flags, ${EXCLUDED_FROM_WINDOWS}) = 0`);
});
