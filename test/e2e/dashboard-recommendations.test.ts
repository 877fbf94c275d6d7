import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Store } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { expandMacros } from '../support/grafana-macros.ts';
import { insertRecommendations } from './recommendations.fixture.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 30);
const HOUR = 3_600_000;
const { panels } = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../infra/grafana/dashboards/recommendations.json', import.meta.url)), 'utf8'),
) as { panels: { title: string; targets: [{ rawSql: string }] }[] };

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'recommendations'));
  await insertRecommendations(store, NOW);
  await store.insertRows(
    'catalog',
    ['cup', 'pot', 'jug', 'pan', 'lid'].map((item_id, offset) => ({
      offset,
      outcome: 'accepted',
      item_id,
      hidden: item_id === 'lid',
    })),
  );
});
afterAll(() => drop());

/** An hour in one bucket, so that a figure is one number. */
const rows = async (title: string, by = 'release', range = { from: NOW - HOUR, to: NOW }) => {
  const panel = panels.find((one) => one.title === title);
  const sql = expandMacros(panel?.targets[0].rawSql ?? '', { ...range, intervalSeconds: 86_400 }, { by });
  const found = await store.query<Record<string, unknown>>(sql);
  return found.map((row) => Object.entries(row).flatMap(([column, value]) => (column === 'time' ? [] : [value])));
};

test('click-through, conversion and revenue are what the rows come to, split by what is asked for', async () => {
  expect(await rows('Click-through')).toEqual([
    ['spring', 1 / 3],
    ['untrained', 1],
  ]);
  expect(await rows('Conversion')).toEqual([
    ['spring', 1],
    ['untrained', 1],
  ]);
  expect(await rows('Revenue from lists')).toEqual([
    ['spring', 25.5],
    ['untrained', 10.75],
  ]);
  expect(await rows('Click-through', 'source')).toEqual([
    ['covisit', 1],
    ['recurrent', 1],
    ['trending', 1 / 3],
  ]);
  expect(await rows('Revenue from lists', 'position')).toEqual([
    ['1', 35.75],
    ['2', 0.5],
  ]);
  expect(await rows('Click-through', 'list_kind')).toEqual([
    ['strangers', 0],
    ['subject', 0.75],
  ]);
});

test('the table says the same over the whole range, places in the order of their numbers', async () => {
  const table = await rows('By release, source and place');
  expect(table.filter(([split]) => split === 'release')).toEqual([
    ['release', 'spring', 2, 3, 1, 0.3333, 1, 1, 1, 25.5, 8500],
    ['release', 'untrained', 1, 2, 2, 1, 0, 2, 1, 10.75, 5375],
  ]);
  expect(table.filter(([split]) => split === 'place').map((row) => row.slice(1, 5))).toEqual([
    ['1', 3, 3, 2],
    ['2', 2, 2, 1],
  ]);
});

test('what is left out is counted by its reason', async () => {
  expect(await rows('Left out')).toEqual([
    ['not listed', 1, 1, 1, 'list-gone'],
    ['other subject', 1, 1, 1, 'list-a'],
  ]);
});

test('an hour without anything is no figures, not wrong ones', async () => {
  const before = { from: NOW - 3 * HOUR, to: NOW - 2 * HOUR };
  for (const title of ['Click-through', 'Conversion', 'Revenue from lists', 'By release, source and place'])
    expect(await rows(title, 'release', before), title).toEqual([]);
});

test('coverage is distinct items over the catalogue without hidden ones; places and lists are counted by their own', async () => {
  expect(await rows('Coverage')).toEqual([
    ['listed', 0.75],
    ['shown', 0.75],
  ]);
  expect(await rows('Places by source')).toEqual([
    ['covisit', 60 / 86_400],
    ['recurrent', 60 / 86_400],
    ['trending', 180 / 86_400],
  ]);
  expect(await rows('Lists by release')).toEqual([
    ['spring', 2 / 86_400],
    ['untrained', 1 / 86_400],
  ]);
});
