import { EXCLUDED_FROM_WINDOWS, flags } from '@nextcart/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { cuts, DAY, type EventDraft, eventDraft, NOW, positionsOf, seenAt, toEvents } from './event-drafts.fixture.ts';
import type { Store } from './store.ts';
import { readSubjectFeatures, type SubjectFeatures } from './subject-features.ts';
import { insertTestEvents, type TestEvent, TOPIC_ID } from './test-events.fixture.ts';
import { windowStore } from './window-store.fixture.ts';

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'subjects')));
afterAll(() => drop());

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const base = (event: TestEvent): number | null => (event.baseAmount == null ? null : Number(event.baseAmount));
const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
/** The store's quantile of a level: of n values in order, the one at floor(level · n). */
const quantile = (values: readonly number[], level: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(level * values.length))] as number;

/** Of purchases whose amount is what was paid, by piece. */
const hasPrice = (e: TestEvent): boolean =>
  e.type === 'purchase' && e.item != null && e.amount != null && ((e.flags ?? 0) & flags.imputedAmount) === 0;
const price = (e: TestEvent): number => Number(e.amount) / (e.quantity ?? 1);
const priceKey = (e: TestEvent): string => JSON.stringify([e.item, e.currency]);

/** The definition, event by event. */
const bruteForce = (events: readonly TestEvent[], at: number, days: number): SubjectFeatures[] => {
  const kept = events.filter(
    (e) =>
      (e.outcome === 'accepted' || e.outcome === 'late') &&
      ((e.flags ?? 0) & EXCLUDED_FROM_WINDOWS) === 0 &&
      e.type !== 'history' &&
      e.time <= at &&
      e.time > at - days * DAY,
  );
  const amounts = Map.groupBy(
    kept.filter((e) => e.type === 'purchase' && base(e) !== null),
    (e) => e.category ?? '',
  );
  const decile = (event: TestEvent): number => {
    const values = (amounts.get(event.category ?? '') ?? []).map((e) => base(e) as number);
    const cuts = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((level) => quantile(values, level));
    return 1 + cuts.filter((cut) => (base(event) as number) > cut).length;
  };
  const pricesOf = Map.groupBy(kept.filter(hasPrice), priceKey);
  const discount = (event: TestEvent): number[] => {
    const prices = (pricesOf.get(priceKey(event)) ?? []).map(price);
    const usual = quantile(prices, 0.5);
    return prices.length > 1 && usual > 0 ? [(usual - price(event)) / usual] : [];
  };
  const bySubject = [...Map.groupBy(kept, (e) => e.subject)].sort(([a], [b]) => (a < b ? -1 : 1));
  return bySubject.map(([subject, own]) => {
    const of = (type: string) => own.filter((e) => e.type === type);
    const money = (type: string, from = Number.NEGATIVE_INFINITY, to = at) =>
      sum(
        of(type)
          .filter((e) => e.time > from && e.time <= to)
          .map((e) => base(e) ?? 0),
      );
    const spend = (from?: number, to?: number) => money('purchase', from, to) - money('return', from, to);
    const times = own.map((e) => e.time);
    const active = [...new Set(times.map((t) => Math.floor(t / DAY)))].sort((a, b) => a - b);
    const gaps = active.slice(1).map((day, i) => day - (active[i] as number));
    const paid = of('purchase').filter((e) => base(e) !== null);
    const baskets = new Set(paid.map((e) => Math.floor(e.time / 3_600_000))).size;
    const discounts = of('purchase').filter(hasPrice).flatMap(discount);
    const views = of('view').length;
    return {
      subject,
      counts: Object.fromEntries([...Map.groupBy(own, (e) => e.type)].map(([type, list]) => [type, list.length])),
      eventsPerDay: own.length / ((active.at(-1) as number) - (active[0] as number) + 1),
      daysActive: active.length,
      hours: Array.from({ length: 24 }, (_, h) => times.filter((t) => Math.floor(t / 3_600_000) % 24 === h).length),
      weekdays: [1, 2, 3, 4, 5, 6, 0].map((day) => times.filter((t) => new Date(t).getUTCDay() === day).length),
      cartRate: share(of('cart').length, views),
      purchaseRate: share(of('purchase').length, views),
      returnRate: share(of('return').length, of('purchase').length),
      basketValue: share(money('purchase'), baskets),
      spend: spend(),
      spendTrend: spend(at - 30 * DAY) - spend(at - 60 * DAY, at - 30 * DAY),
      amountDecile: share(sum(paid.map(decile)), paid.length),
      discount: share(sum(discounts), discounts.length),
      recencyMs: at - Math.max(...times),
      gapDays: gaps.length === 0 ? null : quantile(gaps, 0.5),
    };
  });
};

/** Floats in a form that two orders of addition share. */
const rounded = (rows: readonly SubjectFeatures[]) =>
  rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([k, v]) => [k, typeof v === 'number' ? Number(v.toFixed(6)) + 0 : v])),
  );

interface Case {
  readonly drafts: readonly EventDraft[];
  readonly days: number;
  readonly shift: number;
  readonly cut: readonly [number, number];
}

const equalsBruteForce = async ({ drafts, days, shift, cut }: Case): Promise<void> => {
  await empty();
  const events = toEvents(drafts);
  await insertTestEvents(store, events, 'all');
  const at = NOW + shift;
  expect(rounded(await readSubjectFeatures(store, { at, days }))).toEqual(rounded(bruteForce(events, at, days)));

  const some = await readSubjectFeatures(store, { at, days, positions: positionsOf(cut), subjects: ['u1'] });
  const expected = bruteForce(seenAt(events, cut), at, days).filter((row) => row.subject === 'u1');
  expect(rounded(some)).toEqual(rounded(expected));
};

test('subjects’ features equal a count of the raw rows, point in time', { timeout: 120_000 }, async () => {
  const cases = fc.record({
    drafts: fc.array(eventDraft, { minLength: 1, maxLength: 60 }),
    days: fc.constantFrom(1, 30, 90),
    shift: fc.integer({ min: -4_000_000, max: 40 * DAY }),
    cut: cuts,
  });
  await fc.assert(fc.asyncProperty(cases, equalsBruteForce), { numRuns: 20 });
});

/** Of all drafts too few are purchases of one item in one currency for a usual price. */
const lineDraft = fc
  .tuple(eventDraft, fc.constantFrom('cart', 'return', 'purchase', 'purchase', 'purchase', 'purchase'))
  .map(([draft, type]) => ({
    ...{ ...draft, type, outcome: 'accepted' as const, item: draft.item && 'i1' },
    currency: draft.currency === 'JPY' ? 'GBP' : 'EUR',
  }));

test('so they do where much is bought before and after, point in time', { timeout: 120_000 }, async () => {
  const cases = fc.record({
    drafts: fc.array(lineDraft, { minLength: 20, maxLength: 60 }),
    days: fc.constantFrom(1, 20),
    shift: fc.integer({ min: -4_000_000, max: 0 }),
    cut: cuts,
  });
  await fc.assert(fc.asyncProperty(cases, equalsBruteForce), { numRuns: 20 });
});

test('a discount is against what everybody paid for a piece in that currency, as far as it was known', async () => {
  await empty();
  const line = (offset: number, subject: string, amount: string, more: Partial<TestEvent> = {}): TestEvent => ({
    ...{ partition: 0, offset, time: NOW - DAY, type: 'purchase', subject, item: 'i1', amount, currency: 'EUR' },
    ...more,
  });
  const events = [
    line(0, 'u1', '11.0000'),
    line(1, 'u1', '16.0000', { quantity: 2 }),
    line(2, 'u2', '10.0000'),
    line(3, 'u2', '1.0000', { item: 'bought once' }),
    line(4, 'u3', '1000.0000', { currency: 'JPY' }),
    line(5, 'u4', '30.0000', { flags: flags.imputedAmount }),
    line(6, 'u4', '30.0000', { type: 'cart' }),
    line(7, 'u5', '30.0000', { time: NOW + 1 }),
    line(8, 'u5', '30.0000', { time: NOW - 30 * DAY }),
    line(9, 'u6', '30.0000'),
    line(10, 'u6', '30.0000'),
    line(11, 'u6', '30.0000'),
  ];
  await insertTestEvents(store, events, 'discounts');
  const discounts = async (last: number) => {
    const rows = await readSubjectFeatures(store, { at: NOW, days: 30, positions: { [`${TOPIC_ID}:0`]: last } });
    return Object.fromEntries(rows.map((row) => [row.subject, row.discount && Number(row.discount.toFixed(6))]));
  };
  expect(await discounts(8)).toEqual({ u1: 0.05, u2: 0, u3: null, u4: null });
  // of the six prices known by now the dearer in the middle is 30
  expect(await discounts(11)).toEqual({ u1: 0.683333, u2: 0.666667, u3: null, u4: null, u6: 0 });
});
