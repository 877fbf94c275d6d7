/** Sequences and bags out of data sets, against sums by hand. */
import { FOLD_WINDOW, foldStart, NO_ITEM, queryFields, queryWords, type SparseRows } from '@nextcart/models';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settings } from '../trainer.fixture.ts';
import { toBags } from './bags.ts';
import type { DataSet } from './data-set.ts';
import { toSequences } from './sequences.ts';
import { withShortContext } from './short-context.ts';

const DAY_MS = 86_400_000;
const ITEMS = 5;
const [SEARCH, VIEW] = [0, 1];
const TARGETS = [0, 1, 4];
const BAGS = [1, 1, 3];
const queryTexts = ['blue cup', 'tea'];
const itemCategories = Int32Array.of(0, 0, 1, 1, 1);

interface Told {
  readonly type: number;
  readonly item: number;
  readonly query: number;
  readonly pauseMs: number;
  readonly amount: number;
  readonly learned: boolean;
}
const toldEvent = fc.record({
  type: fc.nat(2),
  item: fc.integer({ min: -1, max: ITEMS - 1 }),
  query: fc.integer({ min: -1, max: 1 }),
  pauseMs: fc.oneof(fc.nat(20_000), fc.nat(40 * DAY_MS)),
  amount: fc.oneof(fc.constant(Number.NaN), fc.nat(1000)),
  learned: fc.boolean(),
});
const dataOf = (rows: readonly (readonly Told[])[]): DataSet => {
  const all = rows.flat();
  const rowStart = new Int32Array(rows.length + 1);
  rows.forEach((row, at) => void (rowStart[at + 1] = (rowStart[at] as number) + row.length));
  const times = rows.flatMap((row) => {
    let now = Date.UTC(2026, 0, 7, 12);
    return row.map(({ pauseMs }) => (now += pauseMs));
  });
  return {
    rowStart,
    items: Int32Array.from(all, ({ item }) => item),
    queries: Int32Array.from(all, ({ query }) => query),
    types: Uint8Array.from(all, ({ type }) => type),
    times: Float64Array.from(times),
    amounts: Float32Array.from(all, ({ amount }) => amount),
    learned: Uint8Array.from(all, ({ learned }) => (learned ? 1 : 0)),
    itemIds: Array.from({ length: ITEMS }, (_, item) => `i${item}`),
    itemCategories,
    queryTexts,
  };
};
/** Of the amounts above 0 in the item's category, the middle one, the lower of two. */
const medianFor = (data: DataSet, item: number): number | undefined => {
  const some = [...data.amounts].filter((amount, at) => {
    const other = data.items[at] as number;
    return amount > 0 && other >= 0 && itemCategories[other] === itemCategories[item];
  });
  return some.sort((a, b) => a - b)[Math.floor((some.length - 1) / 2)];
};
const scaleOf = (data: DataSet, at: number): number => {
  const [item, amount] = [data.items[at] as number, data.amounts[at] as number];
  const median = item < 0 ? undefined : medianFor(data, item);
  if (median === undefined || Number.isNaN(amount)) return 1;
  return 1 + settings.amountShare * (Math.log2(1 + amount / median) - 1);
};
const short = fc.array(fc.array(toldEvent, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 });

test('sequences: events as they are, targets weighed by type and amount, tokens where a search is', () => {
  fc.assert(
    fc.property(short, (rows) => {
      const data = dataOf(rows);
      const { events, targets } = toSequences(data, settings);
      expect(events.rowStart).toEqual(data.rowStart);
      expect(events.items).toEqual(data.items);
      expect(events.types).toEqual(data.types);
      expect([...(events.hours as Uint8Array)]).toEqual([...data.times].map((time) => new Date(time).getUTCHours()));
      const days = [...data.times].map((time) => (new Date(time).getUTCDay() + 6) % 7);
      expect([...(events.weekdays as Uint8Array)]).toEqual(days);
      const known = queryFields(queryTexts, { buckets: settings.searchFeatures });
      rows.forEach((row, r) => {
        row.forEach((told, i) => {
          const at = (data.rowStart[r] as number) + i;
          const next = row[i + 1];
          expect(targets.items[at]).toBe(next?.item ?? NO_ITEM);
          const weight =
            next && next.item >= 0 && next.learned ? (TARGETS[next.type] as number) * scaleOf(data, at + 1) : 0;
          expect(targets.weights[at]).toBeCloseTo(weight, 4);
          const { rowStart, columns } = events.tokens as NonNullable<typeof events.tokens>;
          // a view may tell the search that it came from: serving keeps the texts of searches alone
          const query = told.type === SEARCH && told.item < 0 && told.query >= 0 ? told.query : undefined;
          expect([...columns.subarray(rowStart[at], rowStart[at + 1])]).toEqual(
            query === undefined ? [] : [...known.columns.subarray(known.rowStart[query], known.rowStart[query + 1])],
          );
        });
      });
    }),
    { numRuns: 60 },
  );
});

test('of what a subject is only known by, a warm start’s sequences have the newest, and lose nothing that is learned', () => {
  fc.assert(
    fc.property(short, fc.nat(4), (rows, most) => {
      const data = dataOf(rows);
      const { rowStart, times, learned } = withShortContext(data, most);
      const first = (row: readonly Told[]) => {
        const at = row.findIndex((told) => told.learned);
        return Math.max(0, (at < 0 ? row.length : at) - most);
      };
      rows.forEach((row, r) => {
        const [start, end] = [rowStart[r] as number, rowStart[r + 1] as number];
        const [own, all] = [first(row), data.rowStart[r + 1] as number];
        expect([...times.subarray(start, end)]).toEqual([
          ...data.times.subarray((data.rowStart[r] as number) + own, all),
        ]);
        expect([...learned.subarray(start, end)]).toEqual(row.slice(own).map((told) => (told.learned ? 1 : 0)));
      });
      expect(rowStart.at(-1)).toBe(times.length);
    }),
    { numRuns: 60 },
  );
});

test('a gap is that within the subject: the first event of the next one has none before it', () => {
  const one: Told = { type: VIEW, item: 1, query: -1, pauseMs: 1000, amount: Number.NaN, learned: true };
  const { events } = toSequences(
    dataOf([
      [one, one],
      [one, one],
    ]),
    settings,
  );
  const [first, second, other] = events.gaps as Uint8Array;
  expect(other).toBe(first);
  expect(second).not.toBe(first);
});

test('long histories are learned from in the folds that states are: each event is a target once', () => {
  const count = 3 * FOLD_WINDOW + 20;
  const row = Array.from(
    { length: count },
    (_, i): Told => ({
      ...{ type: VIEW, item: i % ITEMS, query: -1, pauseMs: 1000, amount: Number.NaN, learned: true },
    }),
  );
  const { events, targets } = toSequences(dataOf([row]), settings);
  expect(targets.weights.reduce((sum, weight) => sum + weight, 0)).toBe(count - 1);
  const pieces = events.rowStart.length - 1;
  expect(pieces).toBe(foldStart(count) / FOLD_WINDOW + 1);
  // a fold knows nothing before its first event, so it begins as a subject does
  const gaps = events.gaps as Uint8Array;
  const starts = new Set(events.rowStart.subarray(0, -1));
  gaps.forEach((bucket, at) => expect(bucket === gaps[0]).toBe(starts.has(at)));
});

type Weigh = (row: readonly Told[], event: number, at: number) => number;

/** By item, and by the columns of searches behind them. */
const sumsOf = (row: readonly Told[], first: number, weigh: Weigh, searches?: SparseRows): [number, number][] => {
  const sums = new Map<number, number>();
  row.forEach(({ type, item, query }, i) => {
    const add = (column: number, share: number) =>
      void sums.set(column, (sums.get(column) ?? 0) + share * weigh(row, i, first + i));
    if (item >= 0) add(item, 1);
    else if (searches && type === SEARCH && query >= 0)
      for (const [column, weight] of entriesOf(searches, query)) add(ITEMS + column, weight);
  });
  return [...sums].sort(([a], [b]) => a - b);
};
const entriesOf = ({ rowStart, columns, weights }: SparseRows, row: number): [number, number][] =>
  Array.from(columns.subarray(rowStart[row], rowStart[row + 1]), (column, i) => [
    column,
    weights[(rowStart[row] as number) + i] as number,
  ]);
const sameEntries = (found: readonly [number, number][], wanted: readonly [number, number][]) => {
  expect(found.map(([item]) => item)).toEqual(wanted.map(([item]) => item));
  wanted.forEach(([, sum], i) => expect(found[i]?.[1]).toBeCloseTo(sum, 3));
};

test('bags: inputs by type and age in the subject, as serving makes them; targets by amount and age of all', () => {
  fc.assert(
    fc.property(short, (rows) => {
      const data = dataOf(rows);
      const { inputs, targets } = toBags(data, settings, settings.searchFeatures);
      const timeOf = (at: number) => data.times[at] as number;
      const halves = (from: number, at: number) => 0.5 ** ((from - timeOf(at)) / DAY_MS / settings.recencyHalfLifeDays);
      const typeOf = (row: readonly Told[], i: number) => BAGS[(row[i] as Told).type] as number;
      const newest = Math.max(...data.times);
      expect(inputs.rowStart).toHaveLength(rows.length + 1);
      rows.forEach((row, r) => {
        const first = data.rowStart[r] as number;
        const own = Math.max(...row.map((_, i) => timeOf(first + i)));
        sameEntries(
          entriesOf(inputs, r),
          sumsOf(
            row,
            first,
            (of, i, at) => typeOf(of, i) * halves(own, at),
            queryWords(queryTexts, settings.searchFeatures),
          ),
        );
        sameEntries(
          entriesOf(targets, r),
          sumsOf(row, first, (of, i, at) => typeOf(of, i) * scaleOf(data, at) * halves(newest, at)),
        );
      });
    }),
    { numRuns: 60 },
  );
});

test('a bag has the items of the fold alone, its targets those of before, too', () => {
  const event = (item: number): Told => ({
    ...{ type: VIEW, item, query: -1, pauseMs: 1000, amount: Number.NaN, learned: true },
  });
  const row = [event(4), ...Array.from({ length: 2 * FOLD_WINDOW }, () => event(1))];
  const { inputs, targets } = toBags(dataOf([row]), settings, 0);
  expect([...inputs.columns]).toEqual([1]);
  expect([...targets.columns]).toEqual([1, 4]);
});
