/** What serves, measured by the clock on a real queue and store: which slice, which figures, and that nothing else changes. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readLastEvaluation, readModelRuns } from '@nextcart/clickhouse';
import { insertTestEvents } from '@nextcart/clickhouse/testing';
import { readCpu, writeArtifact } from '@nextcart/models';
import { untrainedRecurrent } from '@nextcart/models/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CATALOG_ID, insertCatalogue, type OwnTrainer, startOwnTrainer } from '../cycle.fixture.ts';
import { servingSettings } from '../serving-settings.ts';
import { openShop, type Shop, settings, TOPIC_ID, until, walkers } from '../trainer.fixture.ts';
import { evaluateServing } from './evaluate-serving.ts';
import { releaseRecord } from './release-log.ts';

let shop: Shop;
let own: OwnTrainer;
beforeAll(async () => {
  shop = await openShop();
  await insertCatalogue(shop.store);
  own = await startOwnTrainer(shop, { evaluateEveryMs: 3_600_000 });
});
afterAll(async () => {
  await own.close();
  await shop.close();
});

const evaluate = () =>
  evaluateServing(
    {
      ...{ ...own.deps, releases: own.releases, catalogTopicId: async () => CATALOG_ID },
      topicId: async () => TOPIC_ID,
    },
    { seed: 1, signal: new AbortController().signal, onProgress: () => {} },
  );
const both = (from: number, to: number) => [0, 1].map((partition) => ({ partition, from, to }));
const sight = servingSettings({ ...settings, searchFeatures: 0, itemFields: [] });
const folderOf = (release: string) => join(shop.dataDir, 'releases', release);
/** Puts a model in force that has learned each partition up to a position. */
const serve = async (release: string, learned: number) => {
  const { hash } = await writeArtifact(folderOf(release), {
    ...{ release, createdAt: '2026-11-27T10:00:00Z', seeds: {}, metrics: [], cpu: await readCpu(), tables: {} },
    trainedOn: [0, 1].map((partition) => ({ topicId: TOPIC_ID, partition, firstOffset: 0, lastOffset: learned - 1 })),
    settings: { serving: { ...sight, asked: 'view', weights: { recurrent: 1, trending: 0.5 } } },
    items: Array.from({ length: 30 }, (_, at) => `i${at}`),
    features: [{ name: 'gap', definition: 'time', readers: ['recurrent'] }],
    models: { recurrent: untrainedRecurrent({ items: 30, types: 3 }, 1) },
  });
  const artifact = { artifactUri: pathToFileURL(folderOf(release)).href, artifactHash: hash };
  await own.releases.publish(releaseRecord({ releaseId: release, kind: 'released', at: 1, ...artifact }));
};

test('by the clock lists without models are measured over the newest of a log of which nothing is known', async () => {
  await until('it is measured', async () => (await own.completed('evaluate')) === 1);
  const row = await readLastEvaluation(shop.store, TOPIC_ID);
  expect(row).toMatchObject({
    ...{ mode: 'evaluation', verdict: 'measured', champion: '', events: 0, alphaSpent: 0, artifactUri: '' },
    ...{ subjects: 24, requests: 48, leftOut: 0 },
  });
  // a fifth of 120 subjects, one after the other, all of them measured
  expect(row?.slice.map(({ to }) => to)).toEqual([720, 720]);
  expect(row?.slice.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(1440 / 5);
  expect(row?.shopTime).toBe(walkers().at(-1)?.time);
  expect(row?.metrics['NDCG@20 champion']).toEqual(row?.metrics['NDCG@20 the parts without models']);
  expect(Object.keys(row?.metrics ?? {})).toEqual(expect.arrayContaining(['NDCG@20 trending', 'recall@20 champion']));
  expect(await shop.queue.isScheduled('evaluate')).toBe(true);
});

test('where nothing is new it is skipped with the reason, and there is no second row', async () => {
  expect(await evaluate()).toEqual({ kind: 'skipped', why: '0 positions are new, 100 are wanted' });
  expect(await readModelRuns(shop.store, { limit: 9 })).toHaveLength(1);
});

test('a release in force is measured beside the parts without models, and stays as it was in force', async () => {
  await serve('served', 700);
  await insertTestEvents(shop.store, walkers(1), 'second');
  const before = (await own.releases.read()).records;
  const told = await evaluate();
  expect(told).toMatchObject({ kind: 'measured', release: 'served', subjects: 120 });
  const row = await readLastEvaluation(shop.store, TOPIC_ID);
  // the evaluation before reached further than what it has learned
  expect(row).toMatchObject({ champion: 'served', slice: both(720, 1440), weights: { recurrent: 1, trending: 0.5 } });
  const gain = row?.metrics['NDCG@20 champion − the parts without models'];
  const of = (name: string) => row?.metrics[`NDCG@20 ${name}`]?.value as number;
  expect(gain?.value).toBeCloseTo(of('champion') - of('the parts without models'), 12);
  expect(gain?.low).toBeLessThan(gain?.high as number);
  expect((await own.releases.read()).records).toEqual(before);
  expect((await own.releases.read()).line.inForce()).toMatchObject({ releaseId: 'served' });
});

test('what the release has learned is never measured over', async () => {
  await serve('newer', 1500);
  await insertTestEvents(shop.store, walkers(2), 'third');
  expect(await evaluate()).toMatchObject({ kind: 'measured', release: 'newer' });
  expect((await readLastEvaluation(shop.store, TOPIC_ID))?.slice).toEqual(both(1500, 2160));
});

test('a release that can not be opened is a reason, no figure of something else', async () => {
  await insertTestEvents(shop.store, walkers(3), 'fourth');
  await rm(folderOf('newer'), { recursive: true });
  expect(await evaluate()).toEqual({
    kind: 'skipped',
    why: expect.stringMatching(
      /^the release in force, newer, can't be compared with: .*there is no release at/,
    ) as string,
  });
  expect(await readModelRuns(shop.store, { limit: 9 })).toHaveLength(3);
});
