import type { Store } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore, type TestEvent } from '@nextcart/clickhouse/testing';
import { type EventType, EXCLUDED_FROM_WINDOWS, flags, type LogSlice, outcomes } from '@nextcart/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { DataSet } from './data-set.ts';
import { readDataSet } from './read-data-set.ts';
import { typesOf } from './settings.ts';

const TOPIC_ID = '3c0f5c9a-55b7-4f0e-8a51-0f4b1d2e7a04';
const NOW = Date.UTC(2026, 10, 24);
const settings = {
  events: {
    search: { target: 0, bag: 0 },
    view: { target: 1, bag: 1 },
    cart: { target: 2, bag: 2 },
    purchase: { target: 4, bag: 3 },
  },
  minItemSupport: 2,
};
const types = typesOf(settings);

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'data_set')));
afterAll(() => drop());
const empty = () => store.command('TRUNCATE TABLE events');
beforeEach(empty);

type Draft = Omit<TestEvent, 'partition' | 'offset' | 'time'> & { readonly age: number };
const draft: fc.Arbitrary<Draft> = fc.record({
  type: fc.constantFrom<EventType[]>(
    'search',
    'view',
    'view',
    'cart',
    'purchase',
    'impression',
    'return',
    'history',
    'identify',
  ),
  age: fc.nat(10_000),
  subject: fc.constantFrom('u1', 'u2', 'ü3', 'v4'),
  outcome: fc.constantFrom(...outcomes, 'accepted' as const, 'accepted' as const, 'accepted' as const),
  flags: fc.constantFrom(0, 0, 0, 0, flags.imputedAmount, flags.robot, flags.outlierAmount),
  item: fc.constantFrom('i1', 'i2', 'I3', 'ü4', 'i5', 'i6', 'i7', null),
  category: fc.constantFrom('', 'Home', 'Home > Cups'),
  query: fc.constantFrom(null, null, 'blue cup', 'Tea'),
  baseAmount: fc.oneof(
    fc.constant(null),
    fc.integer({ min: 0, max: 90_000 }).map((units) => (units / 100).toFixed(4)),
  ),
});

const PARTITIONS = [0, 1, 2];
const placed = (drafts: readonly Draft[], firstAt: (partition: number) => number = () => 0): TestEvent[] => {
  const next = PARTITIONS.map(firstAt);
  return drafts.map(({ age, ...rest }, i) => {
    const partition = PARTITIONS[i % PARTITIONS.length] as number;
    const offset = next[partition] as number;
    next[partition] = offset + 1;
    return { ...rest, topicId: TOPIC_ID, partition, offset, time: NOW - age };
  });
};
const sizeOf = (events: readonly TestEvent[], partition: number) =>
  events.filter((event) => event.partition === partition).length;

/** The same told event by event, subject by subject. */
const bruteForce = (events: readonly TestEvent[], ranges: readonly LogSlice[]) => {
  const counted = events.filter(
    (e) =>
      ranges.some(({ partition, from, to }) => e.partition === partition && e.offset >= from && e.offset < to) &&
      (e.outcome === 'accepted' || e.outcome === 'late') &&
      ((e.flags ?? 0) & EXCLUDED_FROM_WINDOWS) === 0 &&
      types.includes(e.type),
  );
  const supportOf = (item: string) => counted.filter((e) => e.item === item).length;
  const itemIds = [...new Set(counted.flatMap((e) => (e.item == null ? [] : [e.item])))]
    .filter((item) => supportOf(item) >= settings.minItemSupport)
    .sort((a, b) => supportOf(b) - supportOf(a) || (a < b ? -1 : 1));
  const inLog = counted.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
  const subjects = [...Map.groupBy(inLog, (e) => `${e.partition} ${e.subject}`).values()];
  const newestOf = (row: readonly TestEvent[]) => Math.max(...row.map(({ time }) => time));
  return { itemIds, rows: subjects.sort((a, b) => newestOf(a) - newestOf(b)) };
};

const told = (data: DataSet) =>
  Array.from({ length: data.rowStart.length - 1 }, (_, row) =>
    Array.from({ length: (data.rowStart[row + 1] as number) - (data.rowStart[row] as number) }, (__, i) => {
      const at = (data.rowStart[row] as number) + i;
      const amount = data.amounts[at] as number;
      return {
        item: data.itemIds[data.items[at] as number] ?? null,
        query: data.queryTexts[data.queries[at] as number] ?? null,
        type: types[data.types[at] as number],
        time: data.times[at],
        amount: Number.isNaN(amount) ? null : amount,
      };
    }),
  );

const slicesOf = (events: readonly TestEvent[], cuts: readonly number[]): LogSlice[] =>
  PARTITIONS.map((partition) => {
    const size = sizeOf(events, partition);
    const ends = [cuts[2 * partition] as number, cuts[2 * partition + 1] as number].map((cut) => cut % (size + 1));
    return { partition, from: Math.min(...ends), to: Math.max(...ends) };
  });

test('the data set of slices is what is told event by event; later events change no byte', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(draft, { minLength: 6, maxLength: 90 }),
      fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }),
      fc.array(draft, { minLength: 3, maxLength: 20 }),
      async (drafts, cuts, laterDrafts) => {
        await empty();
        const events = placed(drafts);
        await insertTestEvents(store, events, 'first');
        const ranges = slicesOf(events, cuts);
        const data = await readDataSet(store, { topicId: TOPIC_ID, ranges }, settings);

        const { itemIds, rows } = bruteForce(events, ranges);
        expect(data.itemIds).toEqual(itemIds);
        expect(told(data)).toEqual(
          rows.map((row) =>
            row.map((e) => ({
              item: e.item != null && itemIds.includes(e.item) ? e.item : null,
              ...{ query: e.query ?? null, type: e.type, time: e.time },
              amount: e.baseAmount == null ? null : Math.fround(Number(e.baseAmount)),
            })),
          ),
        );
        const categories = itemIds.map((id) => rows.flat().filter((e) => e.item === id));
        for (const [a, ofA] of categories.entries())
          for (const [b, ofB] of categories.entries()) {
            const newest = (row: TestEvent[]) =>
              row.toSorted((x, y) => x.partition - y.partition || x.offset - y.offset).at(-1)?.category;
            expect(data.itemCategories[a] === data.itemCategories[b]).toBe(newest(ofA) === newest(ofB));
          }

        const later = placed(laterDrafts, (partition) => sizeOf(events, partition));
        await insertTestEvents(store, later, 'later');
        const again = await readDataSet(store, { topicId: TOPIC_ID, ranges: ranges.toReversed() }, settings);
        expect(again).toEqual(data);
      },
    ),
    { numRuns: 15 },
  );
});

test('a store that is away in the middle is asked again, and the data set is whole', async () => {
  const events = placed(
    Array.from({ length: 30 }, (_, i) => ({
      ...{ type: 'view', age: i, subject: 'u1', outcome: 'accepted', flags: 0, item: `i${i % 3}` },
      ...{ category: '', query: null, baseAmount: null },
    })),
  );
  await insertTestEvents(store, events, 'all');
  const request = { topicId: TOPIC_ID, ranges: PARTITIONS.map((partition) => ({ partition, from: 0, to: 10 })) };
  const data = await readDataSet(store, request, settings);
  // the real store behind a line that breaks at each third query
  let calls = 0;
  const flaky: Store = {
    ...store,
    query: async <T>(...args: Parameters<Store['query']>) => {
      calls += 1;
      if (calls % 3 === 1) throw new Error('away');
      return store.query<T>(...args);
    },
  };
  const again = async <T>(query: () => Promise<T>): Promise<T> => query().catch(() => again(query));
  expect(await readDataSet(flaky, request, settings, again)).toEqual(data);
});
