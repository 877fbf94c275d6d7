import { expect, test } from 'vitest';
import type { DirtKind } from './dirt.ts';
import { defaultDirt, dirtShape } from './parameters.ts';
import { createShop } from './shop.ts';

const START = Date.UTC(2026, 0, 5);
const shop = createShop({
  seed: 3,
  users: 4000,
  items: 300,
  startAt: START,
  eventsPerSecond: 20,
  maxEvents: 100_000,
  dirt: { ...defaultDirt, robots: 0 },
});
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
});

test('the truth names each dirty record by its number, and no other record is dirty', () => {
  const why = new Map(notes.map(({ record, kind }) => [record, kind]));
  expect(why.size).toBe(notes.length);
  const seen = new Set<string>();
  const wrong: string[] = [];
  let absurd = 0;
  records.forEach(({ event, raw, key, clock, topic }, number) => {
    if (topic === 'catalog') return;
    const kind = why.get(number);
    const see = (is: boolean, ...kinds: DirtKind[]) => {
      if (is !== (kind !== undefined && kinds.includes(kind)))
        wrong.push(`${number}: ${kind}, ${is ? '' : 'not '}${kinds.join(' or ')}`);
    };
    see(event === undefined && raw !== undefined, 'not_avro');
    if (event === undefined) return;
    const delay = clock - event.eventTime;
    const repeated = seen.has(event.eventId);
    seen.add(event.eventId);
    see(repeated, 'duplicate');
    see(delay >= dirtShape.lateMinMs && !repeated, 'late');
    see(delay < 0, 'future');
    see(key === null, 'missing_subject');
    see(event.amount !== null && event.amount < 0n, 'negative_amount');
    const asked = event.eventType === 'search' || event.eventType === 'identify';
    see(!asked && event.itemId === null, 'missing_item');
    see(event.eventType === 'search' && event.query === null, 'missing_query');
    const sold = event.eventType === 'cart' || event.eventType === 'purchase' || event.eventType === 'return';
    see(sold && event.amount === null, 'missing_amount');
    see(sold && event.currency === null, 'missing_currency');
    if (kind === 'absurd_amount' && (event.amount as bigint) > 10_000_000n) absurd += 1;
  });
  expect(wrong).toEqual([]);
  expect(absurd).toBe(count('absurd_amount'));
});

test('robots take their share, at a pace that no person keeps up', () => {
  const busy = createShop({ seed: 3, users: 2000, items: 300, startAt: START, eventsPerSecond: 60, maxEvents: 20_000 });
  const all = [...busy.records(0)];
  const robots = busy.truth.takeDirt().filter(({ kind }) => kind === 'robot');
  expect(Math.abs(robots.length / all.length / defaultDirt.robots - 1)).toBeLessThan(0.1);
  for (const { record } of robots) expect(busy.truth.isRobot(all[record]?.key ?? '')).toBe(true);
  const hours = ((all.at(-1)?.clock as number) - START) / 3_600_000;
  expect(robots.length / new Set(robots.map(({ record }) => all[record]?.key)).size / hours).toBeGreaterThan(1500);
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
