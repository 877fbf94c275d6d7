import {
  type EventType,
  EXCLUDED_FROM_WINDOWS,
  flags,
  type ListSource,
  outcomes,
  parseMoney,
} from '@nextcart/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { attributionView } from './attribution.ts';
import { insertTestLists, type TestList } from './attribution-lists.fixture.ts';
import type { Store } from './store.ts';
import { insertTestEvents, type TestEvent } from './test-events.fixture.ts';
import { windowStore } from './window-store.fixture.ts';

const NOON = Date.UTC(2026, 10, 24, 12);
const HOUR = 3_600_000;
const HOURS = 2;
const range = { since: NOON, until: NOON + 3 * HOUR, hours: HOURS };

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'attribution_rule')));
afterAll(() => drop());

const lists: readonly TestList[] = [
  {
    recommId: 'A',
    subject: 'u1',
    items: [
      ['x', 'recurrent'],
      ['y', 'trending'],
    ],
  },
  {
    recommId: 'B',
    subject: 'u2',
    release: 'r2',
    items: [
      ['y', 'recurrent'],
      ['x', 'covisit'],
      ['z', 'covisit'],
    ],
  },
  {
    recommId: 'S',
    subject: '*',
    items: [
      ['z', 'trending'],
      ['x', 'trending'],
    ],
  },
  { recommId: 'T', subject: 'u1', release: 'r3', items: [['x', 'content']], deleted: true },
];
const draft = fc.record({
  type: fc.constantFrom<EventType>(
    'impression',
    'view',
    'click',
    'cart',
    'purchase',
    'purchase',
    'return',
    'dismiss',
    'search',
  ),
  minute: fc.integer({ min: -150, max: 240 }),
  subject: fc.constantFrom('u1', 'u2'),
  outcome: fc.constantFrom(...outcomes, 'accepted' as const, 'accepted' as const, 'accepted' as const),
  flags: fc.constantFrom(0, 0, 0, flags.imputedAmount, flags.robot, flags.outlierAmount),
  item: fc.option(fc.constantFrom('x', 'y', 'z'), { freq: 9 }),
  recommId: fc.option(fc.constantFrom('A', 'B', 'S', 'T', 'gone', ''), { freq: 3 }),
  baseAmount: fc.option(
    fc.integer({ min: 0, max: 99_999 }).map((units) => (units / 10_000).toFixed(4)),
    { freq: 5 },
  ),
});

/** Two events at one time are in no order that anybody could tell: a minute is used once. */
const toEvents = (drafts: readonly (typeof draft extends fc.Arbitrary<infer D> ? D : never)[]): TestEvent[] =>
  [...new Map(drafts.map((one) => [one.minute, one])).values()].map(({ minute, baseAmount, ...rest }, offset) => ({
    ...rest,
    baseAmount: rest.type === 'purchase' || rest.type === 'return' ? baseAmount : null,
    ...{ partition: offset % 2, offset, time: NOON + minute * 60_000 },
  }));

/** The rule of sql/150_attribution.sql, event by event. Keys are the view's columns but for money and time. */
const bruteForce = (all: readonly TestEvent[]): Map<string, { n: number; net: bigint; at: number }> => {
  const found = new Map<string, { n: number; net: bigint; at: number }>();
  const events = all
    .filter(
      (e) =>
        (e.outcome === 'accepted' || e.outcome === 'late') && ((e.flags ?? 0) & EXCLUDED_FROM_WINDOWS) === 0 && e.item,
    )
    .toSorted((a, b) => a.time - b.time);
  const inRange = ({ time }: TestEvent) => time >= range.since && time < range.until;
  const add = (kind: string, { subject, item, time }: TestEvent, recommId: string, net: bigint): void => {
    const list = lists.find((one) => one.recommId === recommId && one.deleted !== true);
    const place = list?.items.findIndex(([id]) => id === item) ?? -1;
    const status =
      place === -1 ? 'not listed' : list?.subject === '*' || list?.subject === subject ? 'counted' : 'other subject';
    const source: ListSource | '' = place === -1 ? '' : (list?.items[place]?.[1] as ListSource);
    const key = [kind, subject, recommId, item, status, source, place + 1].join('|');
    const before = found.get(key);
    if (before !== undefined && kind !== 'purchase') return;
    found.set(key, { n: (before?.n ?? 0) + 1, net: (before?.net ?? 0n) + net, at: before?.at ?? time });
  };
  const same = (a: TestEvent, b: TestEvent) => a.subject === b.subject && a.item === b.item;
  const units = ({ baseAmount }: TestEvent) => parseMoney(baseAmount ?? '0');
  for (const event of events) {
    if (!inRange(event)) continue;
    const { type, recommId } = event;
    if (['impression', 'view', 'click', 'cart', 'dismiss'].includes(type) && recommId)
      add(type === 'view' ? 'click' : type, event, recommId, 0n);
    if (type !== 'purchase') continue;
    const touch = events.findLast(
      (e) =>
        same(e, event) &&
        e.recommId &&
        ['view', 'click', 'cart'].includes(e.type) &&
        e.time <= event.time &&
        e.time >= event.time - HOURS * HOUR,
    );
    const own = recommId || touch?.recommId;
    if (!own) continue;
    const back = events.filter(
      (e) =>
        e.type === 'return' &&
        same(e, event) &&
        events.findLast((p) => p.type === 'purchase' && same(p, e) && p.time <= e.time) === event,
    );
    add(
      'purchase',
      event,
      own,
      back.reduce((sum, e) => sum - units(e), units(event)),
    );
  }
  return found;
};

test('the view is the rule, event by event', { timeout: 180_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(draft, { minLength: 1, maxLength: 60 }), async (drafts) => {
      await empty();
      const events = toEvents(drafts);
      await insertTestLists(store, lists);
      await insertTestEvents(store, events, 'all');
      const rows = await store.query<{ key: string; n: number; net: string; at: number }>(
        `SELECT concatWithSeparator('|', kind, subject, recomm_id, item_id, status, source, position) AS key, count() AS n,
           toString(toInt128(sum(gross - returned) * 10000)) AS net, toUnixTimestamp64Milli(min(event_time)) AS at
         FROM ${attributionView(range)} GROUP BY key`,
      );
      const found = Object.fromEntries(rows.map(({ key, n, net, at }) => [key, { n, net: BigInt(net), at }]));
      expect(found).toEqual(Object.fromEntries(bruteForce(events)));
    }),
    { numRuns: 40 },
  );
});
