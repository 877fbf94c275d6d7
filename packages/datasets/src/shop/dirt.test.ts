import { subjectOf } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import type { DirtKind } from './dirt.ts';
import { defaultDirt, dirtShape } from './parameters.ts';
import { createShop } from './shop.ts';

const START = Date.UTC(2026, 0, 5);
const shop = createShop({ seed: 3, users: 4000, items: 300, startAt: START, eventsPerSecond: 100, maxEvents: 120_000 });
const records = [...shop.records(0)];
const notes = shop.truth.takeDirt();
const count = (...kinds: DirtKind[]) => notes.filter(({ kind }) => kinds.includes(kind)).length;

/** Within 5 standard deviations of a binomial count: fails by chance once in two million. */
const expectRate = (n: number, of: number, rate: number) => {
  const deviation = Math.sqrt(of * rate * (1 - rate));
  expect(Math.abs(n - of * rate)).toBeLessThan(5 * deviation);
};

test('each kind of dirt comes at its rate', () => {
  const people = records.length - count('robot', 'duplicate', 'not_avro');
  const priced = records.filter(({ event }) => event?.amount != null).length;
  expectRate(count('duplicate'), people, defaultDirt.duplicate);
  expectRate(
    count('missing_subject', 'missing_item', 'missing_query', 'missing_amount', 'missing_currency'),
    people,
    defaultDirt.missing,
  );
  expectRate(count('future'), people, defaultDirt.future);
  expectRate(count('not_avro'), people, defaultDirt.notAvro);
  expectRate(count('absurd_amount', 'negative_amount'), priced, defaultDirt.absurdAmount);
  // those that are still withheld at the end have not come
  expect(count('late')).toBeGreaterThan(people * defaultDirt.late * 0.05);
  expect(count('late')).toBeLessThan(people * defaultDirt.late);
  // one crawler every two seconds: not a draw
  expect(count('robot') / records.length).toBeGreaterThan(defaultDirt.robots * 0.9);
  expect(count('robot') / records.length).toBeLessThan(defaultDirt.robots * 1.1);
});

test('the truth names each dirty record by its number, and no other record is dirty', () => {
  const why = new Map(notes.map(({ record, kind }) => [record, kind]));
  expect(why.size).toBe(notes.length);
  const seen = new Set<string>();
  records.forEach(({ event, raw, key, clock, topic }, number) => {
    if (topic === 'catalog') return;
    const kind = why.get(number);
    if (event === undefined) {
      expect(raw).toBeInstanceOf(Buffer);
      expect(kind).toBe('not_avro');
      return;
    }
    const delay = clock - event.eventTime;
    const repeated = seen.has(event.eventId);
    seen.add(event.eventId);
    expect(kind === 'duplicate').toBe(repeated);
    expect(kind === 'late').toBe(delay >= dirtShape.lateMinMs && !repeated);
    expect(kind === 'future').toBe(delay < 0);
    expect(kind === 'missing_subject').toBe(key === null);
    expect(kind === 'robot').toBe(shop.truth.isRobot(subjectOf(event) ?? ''));
    expect(kind === 'negative_amount').toBe(event.amount !== null && event.amount < 0n);
    const asked = event.eventType === 'search' || event.eventType === 'identify';
    expect(kind === 'missing_item').toBe(!asked && event.itemId === null);
    expect(kind === 'missing_query').toBe(event.eventType === 'search' && event.query === null);
    const sold = event.eventType === 'cart' || event.eventType === 'purchase' || event.eventType === 'return';
    expect(kind === 'missing_amount').toBe(sold && event.amount === null);
    expect(kind === 'missing_currency').toBe(sold && event.currency === null);
    if (kind === 'absurd_amount') expect(event.amount).toBeGreaterThan(10_000_000n);
  });
});

test('without dirt there is none, and people do the same', () => {
  const options = { seed: 3, users: 500, items: 300, startAt: START, eventsPerSecond: 20, maxEvents: 4000 };
  const clean = createShop({ ...options, dirt: false });
  const dirty = createShop({ ...options, dirt: { duplicate: 0.1 } });
  const events = [...clean.records(0)].flatMap(({ event }) => event?.eventId ?? []);
  expect(clean.truth.takeDirt()).toEqual([]);
  const unique = [...new Set([...dirty.records(0)].flatMap(({ event }) => event?.eventId ?? []))];
  expect(unique.length).toBeLessThan(events.length);
  expect(unique).toEqual(events.slice(0, unique.length));
});
