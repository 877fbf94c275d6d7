import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  insertListCounts,
  insertLogProgress,
  insertNeeds,
  type LogProgress,
  type Store,
  saveSnapshot,
  windowsAt,
} from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore, type TestEvent } from '@nextcart/clickhouse/testing';
import { type EventType, flags, type Outcome, topics, VISIT_ENDED, VISIT_KEY } from '@nextcart/contracts';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { expandMacros } from '../support/grafana-macros.ts';
import { insertModels } from '../support/model-rows.ts';
import { releasesWithNeeds } from '../support/needs-rows.ts';
import { insertExperiment, insertRecommendations } from './recommendations.fixture.ts';
import { expectedCategories, expectedFunnel, insertVisits } from './visits.fixture.ts';

const folder = fileURLToPath(new URL('../../infra/grafana/', import.meta.url));
interface Panel {
  id: number;
  title: string;
  description: string;
  type: string;
  datasource: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  interval?: string;
  targets: { rawSql: string; format: number; queryType: string }[];
}
interface Dashboard {
  file: string;
  uid: string;
  panels: Panel[];
  templating: { list: { name: string; current: { value: string } }[] };
}
const dashboards = readdirSync(`${folder}dashboards`).map(
  (file) => ({ file, ...JSON.parse(readFileSync(`${folder}dashboards/${file}`, 'utf8')) }) as Dashboard,
);
const datasource = parse(readFileSync(`${folder}provisioning/datasources/clickhouse.yaml`, 'utf8')) as {
  datasources: { uid: string; type: string }[];
};

const TOPIC = '7c1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e01';
const CATALOG = '7c1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e03';
const LISTS = '7c1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e04';
const OLD = '7c1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e05';
const NOW = Date.UTC(2026, 10, 24, 12, 30);
const range = { from: NOW - 3_600_000, to: NOW, intervalSeconds: 60 };
const types: readonly EventType[] = ['search', 'view', 'view', 'click', 'cart', 'purchase', 'impression', 'return'];

/** An hour of a small shop: a third of a second between events, every type, outcome and flag, two currencies. */
const shopRows = (partition: number, length: number): TestEvent[] =>
  Array.from({ length }, (_, offset) => {
    const type = types[(offset + partition) % types.length] as EventType;
    const priced = ['cart', 'purchase', 'return'].includes(type);
    const outcome: Outcome = offset % 50 === 7 ? 'quarantined' : offset % 50 === 8 ? 'duplicate' : 'accepted';
    const time = NOW - 3_500_000 + offset * 5500;
    return {
      ...{ topicId: TOPIC, partition, offset, time, type, outcome, subject: `u${offset % 23}` },
      ...(outcome === 'quarantined' ? { reason: 'not_avro' as const } : {}),
      ...(type === 'search'
        ? { query: `Blue cup ${offset % 3}` }
        : { item: `i${offset % 17}`, category: `c > c${offset % 4}` }),
      ...(priced
        ? { amount: '12.50', currency: offset % 2 === 0 ? 'EUR' : 'GBP', baseAmount: '13.00', quantity: 1 }
        : {}),
      // a shop may send an empty one where there was no list
      recommId: offset % 9 === 0 ? 'r1' : offset % 9 === 1 ? '' : null,
      flags:
        offset % 40 === 3
          ? flags.robot
          : offset % 40 === 5
            ? flags.outlierAmount
            : offset % 40 === 9
              ? flags.unknownItem
              : 0,
      receivedAt: time + 40,
    };
  });

const listRow = (offset: number) => {
  const at = (ms: number) => ((NOW - 3_000_000 + offset * 10_000 + ms) / 1000).toFixed(3);
  const isForNext = offset % 11 === 5;
  return {
    ...{ topic_id: LISTS, partition: 0, offset, outcome: 'accepted', deleted: offset % 30 === 29 },
    ...{ subject: offset % 10 === 0 ? '*' : `u${offset % 23}`, recomm_id: `r${offset}`, release: 'untrained' },
    ...{
      snapshots: { trending: 'hash', ...(isForNext && { [VISIT_KEY]: VISIT_ENDED }) },
      trigger_offset: offset % 7 === 0 ? -1 : offset,
    },
    items: [{ item_id: 'i1', score: 1, source: 'trending' }],
    ...{
      appended_at: at(isForNext ? -1_800_000 : 0),
      received_at: at(2),
      state_at: at(3),
      scored_at: at(6 + (offset % 5)),
    },
    ...{ published_at: at(12), written_at: at(15), landed_at: at(500), expires_at: at(86_400_000) },
  };
};

/** What features saw 20 and 10 minutes ago, and now; at first of a topic of events that was made anew since. */
const looks = [20, 10, 0].map((minutes, i) => {
  const now = NOW - minutes * 60_000;
  const seen = (
    log: { readonly topic: string; readonly topicId: string },
    partition: number,
    [start, end, next]: readonly [number, number, number],
    scorer: number | null = null,
  ): LogProgress => ({ ...log, partition, start, end, next, scorer, eventTime: null });
  const events = { topic: topics.events.name, topicId: TOPIC };
  const lists = { topic: topics.recommendations.name, topicId: LISTS };
  const partitions: LogProgress[] = [
    // three of its rows came after the broker was asked
    { ...seen(events, 0, [0, 600, 603], [590, null, 600][i]), eventTime: now - 30_000 },
    { ...seen(events, 1, [100, 600, 590], [50, null, 480][i]), eventTime: now - 40_000 },
    seen(events, 2, [0, 0, 0], 0),
    seen({ topic: topics.catalog.name, topicId: CATALOG }, 0, [0, 5, 5]),
    seen(lists, 0, [0, 320, 300]),
    seen(lists, 1, [0, 0, 0]),
    ...(i === 0 ? [seen({ ...events, topicId: OLD }, 3, [0, 7, 2], 3)] : []),
  ];
  return { now, watermark: now - 5000, partitions };
});

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'dashboards'));
  await insertTestEvents(store, shopRows(0, 603), 'p0');
  await insertTestEvents(store, shopRows(1, 590), 'p1');
  await insertVisits(store, NOW);
  await store.insertRows(
    'lists',
    Array.from({ length: 300 }, (_, i) => listRow(i)),
    { token: 'lists' },
  );
  await store.insertRows('catalog', [
    { topic_id: CATALOG, offset: 4, outcome: 'accepted', item_id: 'i1', title: 'Blue cup', category: ['c1'] },
  ]);
  await insertRecommendations(store, NOW);
  await insertExperiment(store, NOW);
  await insertModels(store, NOW);
  await saveSnapshot(store, {
    kind: 'trending',
    asOf: NOW,
    positions: {},
    payload: { items: ['i1'], scores: new Float32Array(4) },
  });
  for (const release of releasesWithNeeds(NOW - 60_000)) await insertNeeds(store, release);
  for (const minutes of [20, 10, 0])
    await insertListCounts(store, NOW - minutes * 60_000, [
      { kind: 'subject', published: 60, unchanged: 30 },
      { kind: 'item', published: 0, unchanged: 6 },
    ]);
  for (const look of looks) await insertLogProgress(store, look);
  const gone = {
    topic: 'gone.v1',
    topicId: OLD,
    partition: 0,
    start: 0,
    end: 9,
    next: 9,
    scorer: null,
    eventTime: null,
  };
  await insertLogProgress(store, { now: NOW - 90_000_000, watermark: null, partitions: [gone] });
});
afterAll(() => drop());

const run = (
  dashboard: Dashboard,
  panel: Panel,
  intervalSeconds = range.intervalSeconds,
): Promise<Record<string, unknown>[]> => {
  const variables = Object.fromEntries(dashboard.templating.list.map(({ name, current }) => [name, current.value]));
  return store.query(expandMacros(panel.targets[0]?.rawSql ?? '', { ...range, intervalSeconds }, variables));
};
/** A moment as ClickHouse writes it. */
const timeText = (ms: number, decimals = 0): string =>
  new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .slice(0, decimals === 0 ? 19 : 20 + decimals);
const find = (uid: string, title: string): [Dashboard, Panel] => {
  const dashboard = dashboards.find((d) => d.uid === uid) as Dashboard;
  return [dashboard, dashboard.panels.find((panel) => panel.title === title) as Panel];
};

for (const dashboard of dashboards)
  describe(`the dashboard ${dashboard.file}`, () => {
    for (const panel of dashboard.panels)
      test(`'${panel.title}' has rows, with a time first where it is a series`, async () => {
        const rows = await run(dashboard, panel);
        expect(rows.length).toBeGreaterThan(0);
        const series = panel.type === 'timeseries';
        expect(panel.targets[0]).toMatchObject({ format: series ? 0 : 1, queryType: series ? 'timeseries' : 'table' });
        if (series) expect(Object.keys(rows[0] ?? {})[0]).toBe('time');
        if (series && rows.length > 1) expect(rows.some((row) => row['time'] !== rows[0]?.['time'])).toBe(true);
      });

    test('its panels name the provisioned data source, say what they mean, and do not overlap', () => {
      expect(new Set(dashboard.panels.map((panel) => panel.id)).size).toBe(dashboard.panels.length);
      const cells = new Set<string>();
      for (const { title, description, datasource: source, gridPos } of dashboard.panels) {
        expect(description, title).not.toBe('');
        expect(source, title).toEqual({ type: datasource.datasources[0]?.type, uid: datasource.datasources[0]?.uid });
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
            expect(cells.has(`${x},${y}`), title).toBe(false);
            cells.add(`${x},${y}`);
          }
      }
    });
  });

test('the ledger balances with the broker’s count, and a row that is gone shows as unaccounted', async () => {
  const panel = find('nextcart-pipeline', 'Ledger');
  const [p0, p1, p2] = await run(...panel);
  expect(p0).toMatchObject({
    partition: 0,
    broker: 600,
    accepted: 576,
    duplicate: 12,
    quarantined: 12,
    waiting: 0,
    unaccounted: 0,
  });
  expect(p1).toMatchObject({ partition: 1, broker: 500, waiting: 10, unaccounted: 0 });
  expect(p2).toMatchObject({ partition: 2, broker: 0, waiting: 0, unaccounted: 0 });
  await store.command(`DELETE FROM events WHERE topic_id = '${TOPIC}' AND partition = 0 AND offset = 302`); // an impression: windows have none
  expect((await run(...panel))[0]).toMatchObject({ unaccounted: 1 });
});

test('the ledger has the catalogue and the lists, too, as they were seen last; what a compacted log may have dropped is unknown, not lost', async () => {
  const panel = find('nextcart-pipeline', 'Ledger');
  const of = async (topic: string) => (await run(...panel)).filter((row) => row['topic'] === topic);
  expect((await run(...panel)).map(({ topic, partition }) => [topic, partition])).toEqual([
    ...[0, 1, 2].map((partition) => [topics.events.name, partition]),
    [topics.catalog.name, 0],
    ...[0, 1].map((partition) => [topics.recommendations.name, partition]),
  ]);
  expect(await of(topics.catalog.name)).toMatchObject([
    { broker: 5, accepted: 1, waiting: 0, unaccounted: null, compacted_or_lost: 4, seen: timeText(NOW, 3) },
  ]);
  const whole = { duplicate: 0, late: 0, quarantined: 0, unaccounted: 0, compacted_or_lost: 0 };
  expect(await of(topics.recommendations.name)).toMatchObject([
    { ...whole, broker: 320, accepted: 300, waiting: 20 },
    { ...whole, broker: 0, accepted: 0, waiting: 0 },
  ]);
  // a record that is in twice is no matter of compaction
  await store.insertRows('lists', [{ topic_id: LISTS, partition: 0, offset: 299, outcome: 'accepted' }]);
  expect((await of(topics.recommendations.name))[0]).toMatchObject({ unaccounted: -1, compacted_or_lost: 0 });
  expect((await of(topics.events.name)).map((row) => row['compacted_or_lost'])).toEqual([0, 0, 0]);
});

test('the store’s lag and the scorer’s are those behind the events’ log alone', async () => {
  const points = async (title: string, column: string) =>
    (await run(...find('nextcart-pipeline', title)))
      .filter((row) => looks.some(({ now }) => row['time'] === timeText(now)))
      .map((row) => [row['name'], row[column]]);
  const of = (lags: readonly (number | null)[]) => lags.map((lag, partition) => [`partition ${partition}`, lag]);
  expect(await points('Lag by partition', 'waiting')).toEqual([
    ...of([0, 10, 0, 5]),
    ...of([0, 10, 0]),
    ...of([0, 10, 0]),
  ]);
  expect(await points("The scorer's lag by partition", 'unanswered')).toEqual([
    ...of([10, 500, 0, 4]),
    ...of([null, null, 0]),
    ...of([0, 120, 0]),
  ]);
});

test('a lag that nobody knew is a gap in its line, and no gap is as short as the time between two looks', async () => {
  for (const [title, column] of [
    ['Lag by partition', 'waiting'],
    ["The scorer's lag by partition", 'unanswered'],
  ] as const) {
    const [dashboard, panel] = find('nextcart-pipeline', title);
    expect(panel.interval, 'three looks').toBe('30s');
    const line = (await run(dashboard, panel)).filter((row) => row['name'] === 'partition 1');
    expect(line.map((row) => row['time'])).toEqual(
      Array.from({ length: 21 }, (_, minute) => timeText(NOW - (20 - minute) * 60_000)),
    );
    expect(line[5]?.[column]).toBe(null);
  }
});

test('what lists led to is what names one', async () => {
  const rows = await run(...find('nextcart-behaviour', 'What lists led to'));
  const named = await store.query<{ n: number; empty: number }>(
    `SELECT countIf(recomm_id != '') AS n, countIf(recomm_id = '') AS empty FROM events
     WHERE event_type IN ('impression', 'click', 'cart', 'purchase') AND outcome IN ('accepted', 'late')
       AND bitAnd(flags, ${flags.robot | flags.outlierAmount}) = 0 AND event_time >= fromUnixTimestamp64Milli(${range.from})`,
  );
  expect(named[0]?.empty).toBeGreaterThan(0);
  expect(rows.reduce((sum, row) => sum + (row['from_lists'] as number), 0)).toBe(named[0]?.n);
});

test('a rate of what is counted by the minute, or told every ten seconds, is the same however short the range', async () => {
  const peak = async (uid: string, title: string, column: string) => {
    const [dashboard, panel] = find(uid, title);
    // Grafana goes down to a second, or to what the panel says
    const [, number, unit] = /^(\d+)([sm])$/.exec(panel.interval ?? '1s') ?? [];
    const rows = await run(dashboard, panel, Number(number) * (unit === 'm' ? 60 : 1));
    return Math.max(...rows.map((row) => row[column] as number));
  };
  const [fullest] = await store.query<{ n: number }>(
    'SELECT max(n) AS n FROM (SELECT sum(events) AS n FROM window_minutes GROUP BY minute, event_type)',
  );
  expect(await peak('nextcart-behaviour', 'Events per minute by type', 'per_minute')).toBe(fullest?.n);
  const told = 60 / 10; // of a scorer's report
  expect(await peak('nextcart-pipeline', 'Lists published and suppressed', 'published')).toBeLessThanOrEqual(told);
});

test('the funnel counts who did its steps in their order, from a search on and from a view on', async () => {
  const rows = await run(...find('nextcart-behaviour', 'Funnel: subjects who search, view, cart, purchase'));
  expect(rows).toEqual(await expectedFunnel(store, range));
  // straight, buysUnseen, searchesAfterwards, backwards and comesBack search; neverSearches does not
  const [search, view, cart, purchase] = rows;
  expect([search?.['from_search'], search?.['any_order']]).toEqual([28, 28]);
  expect([view?.['from_search'], cart?.['from_search'], purchase?.['from_search']]).toEqual([26, 25, 24]);
});

test('a category with others below it has the totals of all of them, an event once', async () => {
  const rows = await run(...find('nextcart-behaviour', 'Categories with all below them'));
  const expected = await expectedCategories(store, range);
  expect(Object.keys(expected).sort()).toEqual(['Home', 'Home > Kitchen', 'Home Office', 'c']);
  expect(Object.fromEntries(rows.map(({ name, ...row }) => [name, row]))).toEqual(expected);
});

test('top searches are the windows of search terms: what they led to counts for them', async () => {
  const rows = await run(...find('nextcart-behaviour', 'Top searches'));
  const terms = await windowsAt(store, { kind: 'query', window: '1h', at: NOW, distinctUsers: true });
  const led = terms.map(({ key, searches, users, views, carts, purchases, base }) => [
    key,
    { searches, subjects: users, views, carts, purchases, revenue: Number(base.gross) / 10_000 },
  ]);
  expect(led).toHaveLength(4);
  expect(terms.every(({ views, carts, purchases }) => views > 0 && carts > 0 && purchases > 0)).toBe(true);
  expect(Object.fromEntries(rows.map(({ search, ...row }) => [search, row]))).toMatchObject(Object.fromEntries(led));
  expect(rows).toHaveLength(led.length);
});

test('latency by stage is what the stamps say', async () => {
  const rows = await run(...find('nextcart-pipeline', 'Latency by stage'));
  expect(rows.map((row) => [row['stage_name'], row['p50']])).toEqual([
    ['1 fetch', 2],
    ['2 state', 1],
    ['3 score', 5],
    ['4 publish', 4],
    ['5 write', 3],
    ['total', 15],
  ]);
});

test('lists for a next visit, which no event triggered, are not among the latencies, and are told apart', async () => {
  const rows = await run(...find('nextcart-pipeline', 'Latency by stage'));
  expect(rows.map((row) => row['max'])).toEqual([2, 1, 7, 6, 3, 15]);
  const kinds = await run(...find('nextcart-pipeline', 'Lists per second'));
  expect(new Set(kinds.map(({ kind }) => kind))).toEqual(new Set(['tombstone', 'strangers', 'next visit', 'event']));
});

test('lists published and suppressed are told apart, a second', async () => {
  const rows = await run(...find('nextcart-pipeline', 'Lists published and suppressed'));
  expect(rows.map((row) => [row['published'], row['suppressed']])).toEqual(Array.from({ length: 3 }, () => [1, 0.6]));
});

test('needs are those of the newest release, segments those of all, and only what stands out correlates', async () => {
  const segments = await run(...find('nextcart-needs', 'Segments over time'));
  expect(segments.map(({ name, share }) => [name, share])).toEqual([
    ['Cups', 0.5],
    ['Tea', 0.5],
    ['Bikes', 0.5],
    ['Cups', 0.5],
  ]);
  const top = await run(...find('nextcart-needs', 'Top needs of the newest release'));
  expect(top.map(({ name, share }) => [name, share])).toEqual([
    ['Bikes · newer', 0.75],
    ['Cups · newer', 0.25],
  ]);
  const pairs = await run(...find('nextcart-needs', 'Behaviour that goes with needs'));
  expect(pairs.map(({ behaviour, correlation }) => [behaviour, correlation])).toEqual([['spend', -0.5]]);
});

test('a macro that Grafana would not know is an error', () => {
  expect(() => expandMacros('SELECT $__nothing(x)', range)).toThrow(/would not expand 'nothing'/);
  expect(() => expandMacros('LIMIT ${nothing}', range)).toThrow(/would not expand 'nothing'/);
});
