/**
 * Visits whose steps come in every order, over categories of several levels, and what funnel and categories must say of
 * the rows of `events`: counted a row at a time.
 */
import type { Store } from '@nextcart/clickhouse';
import { insertTestEvents, type TestEvent } from '@nextcart/clickhouse/testing';
import { CATEGORY_SEPARATOR, type EventType, EXCLUDED_FROM_WINDOWS, flags } from '@nextcart/contracts';

const TOPIC = '5c1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e05';
const MINUTE = 60_000;

/** What each does, a minute apart. */
const visits: Readonly<Record<string, readonly (readonly [EventType, string])[]>> = {
  straight: [
    ['search', ''],
    ['view', 'Home > Kitchen > Cups'],
    ['cart', 'Home > Kitchen > Cups'],
    ['purchase', 'Home > Kitchen > Cups'],
  ],
  neverSearches: [
    ['view', 'Home > Garden'],
    ['cart', 'Home > Garden'],
    ['purchase', 'Home > Garden'],
    ['return', 'Home > Garden'],
  ],
  searchesAfterwards: [
    ['view', 'Home'],
    ['cart', 'Home'],
    ['purchase', 'Home'],
    ['search', ''],
  ],
  buysUnseen: [
    ['search', ''],
    ['cart', 'Home > Kitchen'],
    ['purchase', 'Home > Kitchen'],
    ['view', 'Home > Kitchen'],
  ],
  backwards: [
    ['purchase', 'Home Office > Desks'],
    ['cart', 'Home Office > Desks'],
    ['view', 'Home Office > Desks'],
    ['search', ''],
  ],
  comesBack: [
    ['cart', 'Toys'],
    ['search', ''],
    ['search', ''],
    ['view', 'Home Office > Desks'],
    ['purchase', 'Toys'],
    ['cart', 'Home Office > Desks'],
  ],
};

/** `now`: epoch ms, a whole minute. All in the half hour before, but for one search a day earlier, and a robot. */
export const insertVisits = async (store: Store, now: number): Promise<void> => {
  const events = Object.entries(visits).flatMap(([subject, steps], visit) =>
    steps.map(
      ([type, category], i): Omit<TestEvent, 'partition' | 'offset'> => ({
        ...{ type, subject, category, time: now - 30 * MINUTE + i * MINUTE, item: type === 'search' ? null : 'cup' },
        ...(type === 'search' ? { query: 'cup' } : {}),
        ...(['cart', 'purchase', 'return'].includes(type) ? { baseAmount: `${visit + 1}.2500` } : {}),
      }),
    ),
  );
  const robot = events
    .filter(({ subject }) => subject === 'straight')
    .map((event) => ({ ...event, subject: 'robot', flags: flags.robot }));
  const yesterday = { type: 'search', subject: 'neverSearches', time: now - 1440 * MINUTE, query: 'cup' } as const;
  const all = [...events, ...robot, yesterday].map((event, offset) => ({
    ...{ topicId: TOPIC, partition: 0, offset },
    ...event,
  }));
  await insertTestEvents(store, all, 'visits');
};

interface Row {
  readonly subject: string;
  readonly type: EventType;
  readonly time: number;
  readonly category: string;
  readonly base: number;
}

/** The rows that count, by time. */
const readRows = (store: Store, { from, to }: { readonly from: number; readonly to: number }): Promise<Row[]> =>
  store.query<Row>(
    `SELECT subject, event_type AS type, toUnixTimestamp64Milli(event_time) AS time, category, toFloat64(ifNull(base_amount, 0)) AS base
     FROM events WHERE time BETWEEN ${from} AND ${to} AND outcome IN ('accepted', 'late') AND bitAnd(flags, ${EXCLUDED_FROM_WINDOWS}) = 0
     ORDER BY time`,
  );

const STEPS: readonly EventType[] = ['search', 'view', 'cart', 'purchase'];

/** How far along the steps somebody comes; what is of the same moment counts as in order. */
const reached = (rows: readonly Row[], steps: readonly EventType[]): number => {
  let at = 0;
  const ordered = rows.toSorted((a, b) => a.time - b.time || steps.indexOf(a.type) - steps.indexOf(b.type));
  for (const { type } of ordered) if (type === steps[at]) at += 1;
  return at;
};

export const expectedFunnel = async (store: Store, range: { readonly from: number; readonly to: number }) => {
  const subjects = [...Map.groupBy(await readRows(store, range), ({ subject }) => subject).values()];
  const count = (holds: (rows: readonly Row[]) => boolean): number => subjects.filter(holds).length;
  return STEPS.map((step, i) => ({
    step_name: `${i + 1} ${step}`,
    from_search: count((rows) => reached(rows, STEPS) > i),
    from_view: i === 0 ? null : count((rows) => reached(rows, STEPS.slice(1)) >= i),
    any_order: count((rows) => rows.some(({ type }) => type === step)),
  }));
};

/** By the name of the category; only those that have others below them. */
export const expectedCategories = async (store: Store, range: { readonly from: number; readonly to: number }) => {
  const rows = await readRows(store, range);
  const names = new Set(rows.map(({ category }) => category));
  const isBelow = (name: string, above: string) => name.startsWith(above + CATEGORY_SEPARATOR);
  const above = [...names].flatMap((name) => {
    const path = name.split(CATEGORY_SEPARATOR);
    return path.slice(1).map((_, i) => path.slice(0, i + 1).join(CATEGORY_SEPARATOR));
  });
  return Object.fromEntries(
    above.map((name) => {
      const own = rows.filter(({ category }) => category === name || isBelow(category, name));
      const count = (type: EventType) => own.filter((row) => row.type === type).length;
      const sum = (type: EventType) => own.reduce((total, row) => total + (row.type === type ? row.base : 0), 0);
      return [
        name,
        {
          ...{ level: name.split(CATEGORY_SEPARATOR).length, views: count('view'), carts: count('cart') },
          ...{ purchases: count('purchase'), net: sum('purchase') - sum('return') },
        },
      ];
    }),
  );
};
