import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { insertModelActivations, type Store } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { expandMacros } from '../support/grafana-macros.ts';
import { insertModels } from '../support/model-rows.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 30);
const { panels } = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../infra/grafana/dashboards/models.json', import.meta.url)), 'utf8'),
) as { panels: { title: string; targets: [{ rawSql: string }] }[] };

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'models'));
  await insertModels(store, NOW);
  await insertModels(store, NOW); // told twice, as after a crash
});
afterAll(() => drop());

const rows = (title: string) => {
  const panel = panels.find((one) => one.title === title);
  const sql = expandMacros(panel?.targets[0].rawSql ?? '', { from: NOW - 3_600_000, to: NOW, intervalSeconds: 86_400 });
  return store.query<Record<string, unknown>>(sql);
};

test('the release in force is the newest that each partition told of', async () => {
  expect(await rows('Release in force')).toMatchObject([
    { partition: 0, release: 'third', from_offset: 900 },
    { partition: 1, release: 'third', from_offset: 900 },
  ]);
  for (const { age } of await rows('Release in force')) {
    const seconds = (Date.now() - (NOW - 10 * 60_000)) / 1000;
    expect(Math.abs(Number(age) - seconds)).toBeLessThan(60);
  }
});

test('a release that no trainer here decided on has no age, rather than a wrong one', async () => {
  const foreign = { release: 'foreign', partition: 2, fromOffset: 7, at: NOW, scorer: '' };
  await insertModelActivations(store, [foreign]);
  expect((await rows('Release in force'))[2]).toMatchObject({ release: 'foreign', age: null });
  await store.command("DELETE FROM model_activations WHERE release = 'foreign'");
});

test('cycles are there once, newest first, with figures and intervals; one that was not measured has none', async () => {
  const [third, second, first, ...others] = await rows('Cycles of training');
  expect(others).toEqual([]);
  expect(third).toMatchObject({ release: 'third', verdict: 'pass', ndcg: 0.31, gain: 0.01, gain_low: 0, seconds: 32 });
  expect(second).toMatchObject({ release: 'second', verdict: 'reject' });
  expect(first).toMatchObject({ release: 'first', verdict: 'wait', ndcg: 0 });
  expect(await rows('Gain over the champion, with its interval')).toHaveLength(2);
});

test('series have a line for each contender, model and stage', async () => {
  const names = async (title: string, column: string) => [...new Set((await rows(title)).map((row) => row[column]))];
  const title = 'NDCG@20 of the candidate and of what it must beat';
  expect(await names(title, 'contender')).toEqual(['candidate', 'champion', 'trending']);
  expect(await names('Losses', 'model')).toEqual(['autoencoder', 'recurrent']);
  expect(await names('Seconds by stage', 'stage_name')).toEqual(['measure', 'refit', 'write']);
  expect((await rows('Gate decisions')).map(({ verdict, cycles }) => [verdict, cycles])).toEqual([
    ['pass', 1],
    ['reject', 1],
    ['wait', 1],
  ]);
});

test("the gate's words come in their order, the weights are those of the newest release", async () => {
  expect((await rows("The gate's words")).map(({ reason }) => reason).slice(0, 3)).toEqual([
    'the first word on third',
    'the second',
    'the first word on second',
  ]);
  expect(await rows('Weights of the newest release')).toEqual([
    { part: 'recurrent', weight: 0.6 },
    { part: 'trending', weight: 0.1 },
  ]);
});

test('what failed is told once with its reason, newest first, and what somebody ended as that', async () => {
  expect(await rows('Failed and cancelled')).toMatchObject([
    { id: 'release-9', job: 'release', ended: 'failed', reason: 'a training of its cycle failed: no room' },
    { id: 'release-0', job: 'release', ended: 'cancelled', reason: 'it was cancelled' },
  ]);
});

test('what serves has a line of its own, and what is looked at has its intervals', async () => {
  expect(await rows('NDCG@20 of what serves')).toMatchObject([{ ndcg: 0.29, low: 0.29 - 0.01, high: 0.29 + 0.01 }]);
  const told = await rows('Looked at beside it');
  expect(told.map(({ release, measure }) => [release, measure])).toEqual(
    ['third', 'second'].flatMap((release) => [
      [release, 'NDCG@20 candidate, cold subjects'],
      [release, 'recall@20 candidate'],
    ]),
  );
  expect(told[1]).toMatchObject({ value: 0.6, low: 0.6 - 0.01, high: 0.6 + 0.01 });
});
