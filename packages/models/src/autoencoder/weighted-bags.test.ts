import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowsOf } from '../linear/rows-of.ts';
import {
  bagOptions,
  DAY_MS,
  eventsOf,
  histories,
  ITEMS,
  itemSides,
  type PlainEvent,
  SIDES,
  START,
  search,
  view,
} from './bag-events.fixture.ts';
import { createEventRows } from './bag-events.ts';
import { checkBags, normalisedBags } from './bags.ts';
import { weightedBags, weightedEvents } from './weighted-bags.ts';

const asOfDay = (day: number) => START + day * DAY_MS;
const COLUMNS = ITEMS + SIDES;

/** The definition, written out: Σ type · amount · 2^(−age/30 days) · (item, its sides; or the search's tokens). */
const byDefinition = (events: readonly PlainEvent[], asOf: number): number[] => {
  const bag = new Array<number>(COLUMNS).fill(0);
  const add = (column: number, weight: number) => {
    bag[column] = (bag[column] as number) + weight;
  };
  for (const { day, item, type, amount, tokens } of events) {
    if (day > asOf) continue;
    const ofAmount = item < 0 || item === 1 || Number.isNaN(amount) ? 1 : 0.5 + 0.5 * Math.log2(1 + amount / 10);
    const weight = ([1, 1, 2, 3, 0][type] as number) * ofAmount * 2 ** ((day - asOf) / 30);
    if (item < 0) for (const token of tokens) add(ITEMS + token, 0.5 * weight);
    else {
      add(item, weight);
      for (let at = itemSides.rowStart[item] as number; at < (itemSides.rowStart[item + 1] as number); at += 1)
        add(ITEMS + (itemSides.columns[at] as number), (itemSides.weights[at] as number) * weight);
    }
  }
  return bag;
};
const dense = (rows: ReturnType<typeof rowsOf>, row: number): number[] => {
  const bag = new Array<number>(COLUMNS).fill(0);
  for (let at = rows.rowStart[row] as number; at < (rows.rowStart[row + 1] as number); at += 1)
    bag[rows.columns[at] as number] = (bag[rows.columns[at] as number] as number) + (rows.weights[at] as number);
  return bag;
};
const unit = (bag: readonly number[]): number[] => {
  const length = Math.hypot(...bag);
  return bag.map((value) => (length > 0 ? value / length : 0));
};
const near = (found: readonly number[], expected: readonly number[]) =>
  found.forEach((value, at) => expect(Math.abs(value - (expected[at] as number))).toBeLessThan(1e-5));

test('inputs and targets are those of the definition; side columns are in no target; the future is not looked at', () => {
  fc.assert(
    fc.property(histories, fc.nat(4000), (subjects, day) => {
      const { inputs, targets } = weightedBags(eventsOf(subjects), bagOptions, asOfDay(day));
      checkBags(inputs, COLUMNS, 'inputs');
      checkBags(targets, ITEMS, 'targets');
      subjects.forEach((events, subject) => {
        const expected = byDefinition(events, day);
        near(dense(targets, subject).slice(0, ITEMS), expected.slice(0, ITEMS));
        near(unit(dense(inputs, subject)), unit(expected));
      });
      const past = subjects.map((events) => events.filter((event) => event.day <= day));
      expect(weightedBags(eventsOf(past), bagOptions, asOfDay(day))).toEqual({ inputs, targets });
    }),
  );
});

test("a subject's rows do not depend on those beside them", () => {
  fc.assert(
    fc.property(histories, (subjects) => {
      const whole = weightedBags(eventsOf(subjects), bagOptions, asOfDay(4000)).inputs;
      subjects.forEach((events, subject) => {
        const alone = weightedBags(eventsOf([events]), bagOptions, asOfDay(4000)).inputs;
        expect(rowsOf(whole, Int32Array.of(subject))).toEqual(alone);
      });
    }),
  );
});

test("a subject's bag is the sum of the events' rows", () => {
  fc.assert(
    fc.property(histories, fc.nat(4000), (subjects, day) => {
      const { inputs } = weightedBags(eventsOf(subjects), bagOptions, asOfDay(day));
      const { rowStart, rows } = weightedEvents(eventsOf(subjects), bagOptions, asOfDay(day));
      subjects.forEach((_, subject) => {
        const sum = new Array<number>(COLUMNS).fill(0);
        for (let event = rowStart[subject] as number; event < (rowStart[subject + 1] as number); event += 1)
          dense(rows, event).forEach((weight, column) => void (sum[column] = (sum[column] as number) + weight));
        near(unit(sum), unit(dense(inputs, subject)));
      });
    }),
  );
});

test('who was away for 30 years is still known, and hardly a target', () => {
  const { inputs, targets } = weightedBags(eventsOf([[view(0, 3), view(30, 4)]]), bagOptions, asOfDay(11_000));
  const bag = normalisedBags(inputs, Int32Array.of(0));
  expect(bag.weights[bag.columns.indexOf(4)]).toBeCloseTo(2 * (bag.weights[bag.columns.indexOf(3)] as number), 6);
  expect(Math.max(...targets.weights)).toBeLessThan(1e-100 + 2 ** -126);
});

test('inputs know the events that a state at serving is folded from, targets all', () => {
  const long = Array.from({ length: 200 }, (_, at) => view(at < 128 ? 0 : 1, at < 128 ? 2 : 3));
  const { inputs, targets } = weightedBags(eventsOf([long]), { ...bagOptions, halfLifeMs: Infinity }, asOfDay(2));
  // 200 events are folded from number 128 on
  expect(dense(inputs, 0).slice(0, ITEMS)).toEqual([0, 0, 0, 72, 0, 0]);
  expect(dense(targets, 0).slice(0, ITEMS)).toEqual([0, 0, 128, 72, 0, 0]);
});

test('what does not exist is named', () => {
  const rows = createEventRows(bagOptions);
  const of = (event: PlainEvent) => rows.of(eventsOf([[event]]), 0);
  expect(() => of({ ...view(0, 1), type: 5 })).toThrow('event 0 has type 5 of 5');
  expect(() => of(view(0, ITEMS))).toThrow('event 0 has item 6 of 6');
  expect(() => of(view(Number.NaN, 1))).toThrow('time NaN');
  expect(() => of(search(0, SIDES))).toThrow('event 0 has side column 4 of 4');
  expect(() => createEventRows({ ...bagOptions, items: 7 })).toThrow('7 items, side columns of 6');
  expect(() => weightedBags(eventsOf([]), bagOptions, Infinity)).toThrow('as of Infinity');
});
