import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { insertListCounts, insertLogProgress, insertNeeds, type Store, saveSnapshot } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore, type TestEvent } from '@nextcart/clickhouse/testing';
import { type EventType, flags, type Outcome, VISIT_ENDED, VISIT_KEY } from '@nextcart/contracts';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { expandMacros } from '../support/grafana-macros.ts';
import { insertModels } from '../support/model-rows.ts';
import { releasesWithNeeds } from '../support/needs-rows.ts';
import { insertRecommendations } from './recommendations.fixture.ts';

const folder = fileURLToPath(new URL('../../infra/grafana/', import.meta.url));
interface Panel {
  id: number;
  title: string;
  description: string;
  type: string;
  datasource: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
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
const NOW = Date.UTC(2026, 10, 24, 12, 30);
const range = { from: NOW - 3_600_000, to: NOW, intervalSeconds: 60 };
const types: readonly EventType[] = ['search', 'view', 'view', 'click', 'cart', 'purchase', 'impression', 'return'];

/** An hour of a small shop: a third of a second between events, every type, outcome and flag, two currencies. */
const shopRows = (partition: number): TestEvent[] =>
  Array.from({ length: 600 }, (_, offset) => {
    const type = types[(offset + partition) % types.length] as EventType;
    const priced = ['cart', 'purchase', 'return'].includes(type);
    const outcome: Outcome = offset % 50 === 7 ? 'quarantined' : offset % 50 === 8 ? 'duplicate' : 'accepted';
    const time = NOW - 3_500_000 + offset * 5500;
    return {
      ...{ topicId: TOPIC, partition, offset, time, type, outcome, subject: `u${offset % 23}` },
      ...(outcome === 'quarantined' ? { reason: 'not_avro' as const } : {}),
      ...(type === 'search'
        ? { query: `Blue cup ${offset % 3}` }
        : { item: `i${offset % 17}`, category: `c${offset % 4}` }),
      ...(priced
        ? { amount: '12.50', currency: offset % 2 === 0 ? 'EUR' : 'GBP', baseAmount: '13.00', quantity: 1 }
        : {}),
      ...(offset % 9 === 0 ? { recommId: 'r1' } : {}),
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
    ...{ topic_id: TOPIC, partition: 0, offset, outcome: 'accepted', deleted: offset % 30 === 29 },
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

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'dashboards'));
  await insertTestEvents(store, shopRows(0), 'p0');
  await insertTestEvents(store, shopRows(1).slice(0, 590), 'p1');
  await store.insertRows(
    'lists',
    Array.from({ length: 300 }, (_, i) => listRow(i)),
    { token: 'lists' },
  );
  await store.insertRows('catalog', [
    { topic_id: TOPIC, offset: 0, outcome: 'accepted', item_id: 'i1', title: 'Blue cup', category: ['c1'] },
  ]);
  await insertRecommendations(store, NOW);
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
  for (const minutes of [20, 10, 0])
    await insertLogProgress(store, {
      now: NOW - minutes * 60_000,
      watermark: NOW - minutes * 60_000 - 5000,
      partitions: [
        { topicId: TOPIC, partition: 0, start: 0, end: 600, next: 600, eventTime: NOW - 30_000 - minutes * 60_000 },
        { topicId: TOPIC, partition: 1, start: 100, end: 600, next: 590, eventTime: NOW - 40_000 - minutes * 60_000 },
        { topicId: TOPIC, partition: 2, start: 0, end: 0, next: 0, eventTime: null },
      ],
    });
});
afterAll(() => drop());

const run = (dashboard: Dashboard, panel: Panel): Promise<Record<string, unknown>[]> => {
  const variables = Object.fromEntries(dashboard.templating.list.map(({ name, current }) => [name, current.value]));
  return store.query(expandMacros(panel.targets[0]?.rawSql ?? '', range, variables));
};
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
  await store.command('DELETE FROM events WHERE partition = 0 AND offset = 300');
  expect((await run(...panel))[0]).toMatchObject({ unaccounted: 1 });
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
