import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readArms, readInterleaving, type Store } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import { holdOut } from '@nextcart/contracts';
import { winRate } from '@nextcart/models';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { expandMacros } from '../support/grafana-macros.ts';
import { insertExperiment, insertRecommendations, shoppers } from './recommendations.fixture.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 30);
const HOUR = 3_600_000;
const DAY_BEFORE = NOW - 24 * HOUR;
const { panels } = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../infra/grafana/dashboards/recommendations.json', import.meta.url)), 'utf8'),
) as { panels: { title: string; targets: [{ rawSql: string }] }[] };

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'recommendations'));
  await insertRecommendations(store, NOW);
  await insertExperiment(store, DAY_BEFORE);
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
const query = (title: string, variables: Readonly<Record<string, string>>, range = { from: NOW - HOUR, to: NOW }) => {
  const panel = panels.find((one) => one.title === title);
  const sql = expandMacros(panel?.targets[0].rawSql ?? '', { ...range, intervalSeconds: 86_400 }, variables);
  return store.query<Record<string, unknown>>(sql);
};
const rows = async (title: string, by = 'release', range?: { from: number; to: number }) => {
  const found = await query(title, { by }, range);
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

test('explored places are told as they were clicked, and with each item that might have been drawn counted alike', async () => {
  // two of anna's, with chances of .5 and .1, of which she clicked the first
  expect(await rows('Explored places')).toEqual([[1 / 2, 2 / 12]]);
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

const experiment = { from: DAY_BEFORE - HOUR, to: DAY_BEFORE };
const sameRange = { since: experiment.from, until: experiment.to };

test('interleaved releases are told with wins, and with how sure that is, as the command tells them', async () => {
  const told = await query('Interleaved releases: who is preferred', {}, experiment);
  expect(told).toMatchObject([
    { first: 'new', second: 'old', wins: 1, losses: 12, ties: 6, win_rate: 1 / 13, verdict: 'old is preferred' },
    { first: 'one', second: 'two', wins: 1, losses: 0, ties: 0, win_rate: 1, high: 1, verdict: 'undecided' },
  ]);
  const tallies = await readInterleaving(store, sameRange);
  expect(tallies).toMatchObject(told.map(({ wins, losses, ties }) => ({ wins, losses, ties })));
  for (const [at, tally] of tallies.entries()) {
    const { low, high } = winRate(tally);
    expect(told[at]?.['low']).toBeCloseTo(low, 12);
    expect(told[at]?.['high']).toBeCloseTo(high, 12);
  }
});

test('what models bring is told against the subjects that are held out, as the command tells it', async () => {
  const how = { share: 0.4, salt: "spring's" };
  const told = await query('Hold-out: what models bring', { hold_out: '0.4', salt: how.salt }, experiment);
  const arm = (name: string) => shoppers.filter((subject) => holdOut(subject, how) === name);
  const [models, base] = [arm('models'), arm('base')];
  const lines = (of: string[]) =>
    of.reduce((sum, id) => sum + (shoppers.indexOf(id) % 4) + Number(id === 'shopper 5'), 0);
  expect(told).toMatchObject([
    {
      ...{ what: 'purchased lines', with_models: models.length, held_out: base.length },
      ...{ models_a_subject: lines(models) / models.length, held_out_a_subject: lines(base) / base.length },
    },
    { what: 'revenue' },
  ]);
  const report = await readArms(store, sameRange, how);
  for (const [at, figure] of [report.purchases, report.revenue].entries()) {
    const { lift, low, high } = told[at] as Record<string, number>;
    for (const [one, other] of [
      [lift, figure?.lift?.value],
      [low, figure?.lift?.low],
      [high, figure?.lift?.high],
    ])
      expect(one).toBeCloseTo(other as number, 12);
  }
  const [{ revenuePerSubject: withModels }, { revenuePerSubject: heldOut }] = report.arms as [
    (typeof report.arms)[number],
    (typeof report.arms)[number],
  ];
  expect(told[1]?.['models_a_subject']).toBeCloseTo(withModels?.value as number, 9);
  expect(told[1]?.['held_out_a_subject']).toBeCloseTo(heldOut?.value as number, 9);
});

test('without a hold-out, or with a share that is no number, nothing is compared', async () => {
  for (const hold_out of ['0', '', 'a fifth']) {
    const told = await query('Hold-out: what models bring', { hold_out, salt: '' }, experiment);
    const nothing = { with_models: 40, held_out: 0, held_out_a_subject: null, lift: null, low: null, high: null };
    expect(told).toMatchObject([nothing, nothing]);
  }
});
