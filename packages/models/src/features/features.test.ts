import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnOf, combined } from './event-columns.ts';
import { featureGroups } from './feature.ts';
import type { ItemFacts, SubjectEvents } from './subject-events.ts';
import { gap, hour, itemAge, sessionPosition, weekday } from './time-features.ts';
import { amountDecile, eventType, priceDecile } from './value-features.ts';

const ITEMS = 6;
const TYPES = 4;
const all = [hour, weekday, gap, sessionPosition, itemAge, eventType(TYPES), priceDecile, amountDecile];
const MINUTE_MS = 60_000;
const noon = Date.UTC(2026, 0, 7, 12); // a Wednesday

const event = fc.record({
  pauseMs: fc.oneof(fc.nat(20_000), fc.nat(40 * MINUTE_MS), fc.nat(20 * 24 * 60 * MINUTE_MS)),
  type: fc.nat(TYPES - 1),
  item: fc.integer({ min: -1, max: ITEMS - 1 }),
  amount: fc.oneof(fc.constant(Number.NaN), fc.double({ min: 0, max: 100, noNaN: true })),
});
const history = fc.array(event, { minLength: 1, maxLength: 25 }).map((events): SubjectEvents => {
  let now = noon;
  return {
    times: events.map(({ pauseMs }) => (now += pauseMs)),
    types: events.map(({ type }) => type),
    items: events.map(({ item }) => item),
    amounts: events.map(({ amount }) => amount),
  };
});
const facts: ItemFacts = {
  priceDeciles: [0, 3, 9, -1, 5, 2],
  since: [noon, noon - 1e9, Number.NaN, 0, noon + 1e7, noon - 1e8],
  amountLimits: (item) => (item === 1 || item < 0 ? undefined : [1, 2, 3, 5, 8, 13, 21, 34, 55]),
};
const cut = ({ times, types, items, amounts }: SubjectEvents, length: number): SubjectEvents => ({
  times: Array.from(times).slice(0, length),
  types: Array.from(types).slice(0, length),
  items: Array.from(items).slice(0, length),
  amounts: Array.from(amounts).slice(0, length),
});

describe.for(all.map((feature) => [feature.name, feature] as const))('%s', ([, feature]) => {
  test('at place k is that of the history cut after k: the future does not leak', () => {
    fc.assert(
      fc.property(history, fc.nat(24), (events, place) => {
        const k = place % events.times.length;
        const value = feature.of(events, k, facts);
        expect(value).toBe(feature.of(cut(events, k + 1), k, facts));
        expect(Number.isInteger(value) && value >= 0 && value < feature.buckets).toBe(true);
      }),
    );
  });

  test('is told in words: definition, missing values, readers', () => {
    expect(feature.definition.length).toBeGreaterThan(10);
    expect(feature.missing.length).toBeGreaterThan(10);
    expect(feature.readers.length).toBeGreaterThan(0);
    expect(featureGroups).toContain(feature.group);
  });
});

test('by hand: hours, weekdays, pauses, places in a session, ages, deciles', () => {
  const events: SubjectEvents = {
    times: [0, 10_000, 10_000 + 29 * MINUTE_MS, 61 * MINUTE_MS, 8 * 24 * 60 * MINUTE_MS].map((ms) => noon + ms),
    types: [0, 1, 2, 3, 0],
    items: [0, -1, 0, 3, 1],
    amounts: [Number.NaN, Number.NaN, 4, 1000, 7],
  };
  const valuesOf = (feature: (typeof all)[number]) => [0, 1, 2, 3, 4].map((k) => feature.of(events, k, facts));
  expect(valuesOf(hour)).toEqual([12, 12, 12, 13, 12]);
  expect(valuesOf(weekday)).toEqual([2, 2, 2, 2, 3]);
  expect(valuesOf(gap)).toEqual([7, 1, 3, 4, 6]);
  expect(valuesOf(sessionPosition)).toEqual([0, 1, 2, 0, 0]);
  expect(valuesOf(itemAge)).toEqual([0, 7, 0, 6, 4]);
  expect(valuesOf(priceDecile)).toEqual([0, 10, 0, 10, 3]);
  expect(valuesOf(amountDecile)).toEqual([10, 10, 3, 9, 10]);
});

test('combined features have a bucket for each combination, and columns begin where they are asked to', () => {
  fc.assert(
    fc.property(history, (events) => {
      const { buckets, of } = combined([gap, sessionPosition]);
      expect(buckets).toBe(gap.buckets * sessionPosition.buckets);
      const start = Math.floor(events.times.length / 2);
      const column = columnOf([gap, sessionPosition], [events], facts, [start]);
      expect([...(column as Uint8Array)]).toEqual(
        Array.from({ length: events.times.length - start }, (_, at) => of(events, start + at, facts)),
      );
      const value = of(events, start, facts);
      expect([Math.floor(value / sessionPosition.buckets), value % sessionPosition.buckets]).toEqual([
        gap.of(events, start, facts),
        sessionPosition.of(events, start, facts),
      ]);
    }),
  );
  expect(columnOf([], [], facts)).toBeUndefined();
  expect(() => combined([hour, weekday, gap])).toThrow('1344 combinations of hour, weekday, gap');
});
