import type { Store } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore, type TestEvent } from '@nextcart/clickhouse/testing';
import { type EventType, EXCLUDED_FROM_WINDOWS, flags, type LogSlice, outcomes } from '@nextcart/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { DataSet } from './data-set.ts';
import { readDataSet } from './read-data-set.ts';
import { readWarmDataSet } from './read-warm-data-set.ts';
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

test('a warm start’s data: all that is new, all since of who is drawn or came, and what is replayed is learned', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      // a row of the data set is known by the times in it
      fc.uniqueArray(draft, { selector: ({ age }) => age, minLength: 20, maxLength: 90 }),
      fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }),
      fc.constantFrom(0.00004, 0.00008, 1),
      async (drafts, cuts, replayDays) => {
        await empty();
        const events = placed(drafts);
        await insertTestEvents(store, events, 'all');
        const ranges = slicesOf(events, cuts);
        const known = ['i6', 'gone', 'i1'];
        const warm = { ...settings, warm: { maxEvents: 1000, replayDays, epochs: 1, rateShare: 1 } };
        const { data, coverage } = await readWarmDataSet(store, { topicId: TOPIC_ID, ranges }, warm, known, (query) =>
          query(),
        );
        const newOnes = bruteForce(events, ranges).rows.flat();
        const since = Math.max(...newOnes.map(({ time }) => time)) - replayDays * 86_400_000;
        const before = ranges.map(({ partition, from }) => ({ partition, from: 0, to: from }));
        const oldOnes = bruteForce(events, before)
          .rows.flat()
          .filter(({ time }) => time >= since);
        expect(coverage).toMatchObject({
          newEvents: newOnes.length,
          oldEvents: newOnes.length > 0 ? oldOnes.length : 0,
        });
        expect(data.itemIds.slice(0, 3)).toEqual(known);

        const subjectOf = ({ partition, subject }: TestEvent) => `${partition} ${subject}`;
        const came = new Set(newOnes.map(subjectOf));
        // who is drawn shows in an old event that is learned; of those who are not, only newcomers' are there
        const rows = toldRows(data);
        const oldBySubject = Map.groupBy(newOnes.length > 0 ? oldOnes : [], subjectOf);
        const newBySubject = Map.groupBy(newOnes, subjectOf);
        const found = new Map<string, boolean>();
        for (const row of rows) {
          const subject = [...new Set([...came, ...oldBySubject.keys()])].find((name) =>
            sameTimes(row, [...(oldBySubject.get(name) ?? []), ...(newBySubject.get(name) ?? [])]),
          );
          expect(subject).toBeDefined();
          const old = oldBySubject.get(subject as string)?.length ?? 0;
          const learnedOld = new Set(row.slice(0, old).map(({ learned }) => learned));
          expect(learnedOld.size).toBeLessThanOrEqual(1);
          expect(row.slice(old).every(({ learned }) => learned)).toBe(true);
          found.set(subject as string, learnedOld.has(true));
          if (!came.has(subject as string)) expect(learnedOld.has(true)).toBe(true);
        }
        for (const name of came) expect(found.has(name)).toBe(true);
        if (coverage.replayShare === 1) expect(rows.flat().every(({ learned }) => learned)).toBe(true);
      },
    ),
    { numRuns: 10 },
  );
});

const toldRows = (data: DataSet) =>
  told(data).map((row, r) =>
    row.map((event, i) => ({ ...event, learned: data.learned[(data.rowStart[r] as number) + i] === 1 })),
  );
const sameTimes = (row: readonly { readonly time: number | undefined }[], events: readonly TestEvent[]) =>
  row.length === events.length && row.every(({ time }, at) => time === events[at]?.time);

test('a limit thins views and clicks alone', async () => {
  const event = (i: number) => ({
    ...{ age: 4000 - i, subject: `u${i % 50}`, outcome: 'accepted', flags: 0, item: `i${i % 9}` },
    ...{ type: i % 10 === 0 ? 'cart' : 'view', category: '', query: null, baseAmount: null },
  });
  const events = placed(Array.from({ length: 3000 }, (_, i) => event(i) as Draft));
  await insertTestEvents(store, events, 'many');
  const ranges = PARTITIONS.map((partition) => ({ partition, from: 500, to: 1000 }));
  const warm = { ...settings, warm: { maxEvents: 1000, replayDays: 30, epochs: 1, rateShare: 1 } };
  const { data, coverage } = await readWarmDataSet(store, { topicId: TOPIC_ID, ranges }, warm, [], (query) => query());
  // half of the limit for the 1,500 new ones, 150 of them carts
  expect(coverage.thinnedShare).toBeCloseTo(350 / 1350, 6);
  const learned = toldRows(data)
    .flat()
    .filter((one) => one.learned);
  expect(learned.length).toBeGreaterThan(850);
  expect(learned.length).toBeLessThan(1150);
  expect(learned.filter(({ type }) => type === 'cart')).toHaveLength(300);
});

test('warm starts that follow each other do not replay the same people', async () => {
  // fifty people, an item each, then one who came
  const draftOf = (i: number) => ({
    ...{ age: 5000 - i, outcome: 'accepted', flags: 0, type: 'view', category: '', query: null, baseAmount: null },
    ...(i < 3000 ? { subject: `u${i % 50}`, item: `i${i % 50}` } : { subject: 'new', item: 'new' }),
  });
  await insertTestEvents(store, placed(Array.from({ length: 3600 }, (_, i) => draftOf(i) as Draft)), 'many');
  const warm = { ...settings, warm: { maxEvents: 100_000, replayDays: 30, epochs: 1, rateShare: 1 } };
  const replayedBy = async (to: number) => {
    const ranges = PARTITIONS.map((partition) => ({ partition, from: 1000, to }));
    const { data } = await readWarmDataSet(store, { topicId: TOPIC_ID, ranges }, warm, [], (query) => query());
    const items = toldRows(data).flatMap((row) => row.flatMap(({ item }) => item ?? []));
    return new Set(items.filter((item) => item !== 'new'));
  };
  const first = await replayedBy(1200);
  expect(first.size).toBeLessThan(25); // a fifth of them is wanted
  const all = [first, await replayedBy(1199), await replayedBy(1198), await replayedBy(1197)];
  expect(new Set(all.flatMap((some) => [...some])).size).toBeGreaterThan(1.5 * first.size);
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
