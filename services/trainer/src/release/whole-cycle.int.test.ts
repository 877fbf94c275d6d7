/** Real trainings, the gate, the pass over the slice, and a warm cycle that goes on from what was released. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clickhouseConnection, readModelRun } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore } from '@nextcart/clickhouse/testing';
import { type LogSlice, modelKinds, type ParentRelease, schemaText, topics } from '@nextcart/contracts';
import { createMemoryKafka } from '@nextcart/kafka';
import { openArtifact } from '@nextcart/models';
import { createLogger, createWaiting, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { refitSlice } from '../refit-slice.ts';
import { runTraining, type TrainingDeps } from '../run-training.ts';
import { settings, TOPIC_ID, walkers } from '../trainer.fixture.ts';
import { makeRelease } from './make-release.ts';
import { createReleaseLog, type ReleaseLog } from './release-log.ts';

const CATALOG_ID = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e08';
const gate = { ...settings.gate, minSubjects: 12, resamples: 500, looksPerDay: 5 };
let deps: TrainingDeps;
let releases: ReleaseLog;
let close: () => Promise<void>;
beforeAll(async () => {
  const { store, url, drop } = await migratedStore(inject('urls').clickhouseUrl, 'whole');
  await insertTestEvents(store, [...walkers(0), ...walkers(1)], 'walkers');
  await store.insertRows(
    'catalog',
    Array.from({ length: 33 }, (_, offset) => ({
      ...{ topic_id: CATALOG_ID, partition: 0, offset, outcome: 'accepted', item_id: `i${offset}` },
      title: `thing ${offset}`,
    })),
  );
  const dataDir = await mkdtemp(join(tmpdir(), 'whole-'));
  const [log, clock] = [createLogger('test', 'fatal'), systemClock];
  const kafka = createMemoryKafka({ log, clock });
  await kafka.admin.ensureTopics([topics.modelReleases]);
  const registry = { register: async () => 1, schema: async () => schemaText('model-release') };
  releases = createReleaseLog({ kafka, registry });
  deps = {
    ...{ store, connection: clickhouseConnection({ CLICKHOUSE_URL: url }), settings, clock, log, logLevel: 'error' },
    ...{ waiting: createWaiting(), dataDir, threads: 1, memoryBytes: 2 ** 30 },
  };
  close = async () => {
    await kafka.close();
    await drop();
    await rm(dataDir, { recursive: true, force: true });
  };
});
afterAll(() => close());

const both = (from: number, to: number): LogSlice[] => [0, 1].map((partition) => ({ partition, from, to }));

const cycle = async (
  jobId: string,
  data: { ranges: LogSlice[]; slice: LogSlice[]; parent: ParentRelease | null; epochs: number },
) => {
  const { ranges, slice, parent, epochs } = data;
  const signal = new AbortController().signal;
  const job = { createdAt: Date.UTC(2026, 10, 27), attempt: 1 };
  const common = { parent, topicId: TOPIC_ID, ranges, seed: 3, budget: { epochs, seconds: 100 } };
  const train = (kind: (typeof modelKinds)[number]) =>
    runTraining(deps, {
      ...job,
      jobId: `${kind}-${jobId}`,
      payload: { kind, ...common },
      signal,
      onProgress: () => {},
    });
  const children = await Promise.all(modelKinds.map(train));
  const payload = { ...common, slice, budget: { ...common.budget, epochs: 1 } };
  const catalogTopicId = async () => CATALOG_ID;
  return makeRelease(
    { ...deps, releases, gate, catalogTopicId, refit: refitSlice(deps, job) },
    { jobId, createdAt: job.createdAt, payload, children, signal, onProgress: () => {} },
  );
};
const released = (release: string, hash: string | null) =>
  openArtifact(join(deps.dataDir, 'releases', release), { hash: hash as string });

test('what was learned from nothing is released, and a warm cycle goes on from it', { timeout: 120_000 }, async () => {
  const data = { ranges: both(0, 576), slice: both(576, 720), parent: null, epochs: 25 };
  const first = await cycle('first', data);
  expect(first.verdict, first.reasons.join('\n')).toBe('pass');
  expect(first.reasons.join('\n')).toContain('learned the slice too, within its bands');
  const { manifest, models } = await released('first', first.hash);
  expect(Object.keys(models)).toEqual(expect.arrayContaining(['recurrent', 'autoencoder']));
  expect(manifest.trainedOn.map(({ lastOffset }) => lastOffset)).toEqual([719, 719]);

  const parent = { release: 'first', hash: first.hash as string };
  const warm = await cycle('second', { ranges: both(720, 1080), slice: both(1080, 1440), parent, epochs: 2 });
  expect(warm.verdict, warm.reasons.join('\n')).toBe('pass');
  expect(await readModelRun(deps.store, 'second')).toMatchObject({
    ...{ mode: 'warm', champion: 'first', anchor: 'first', refitted: true },
    losses: { recurrent: expect.any(Number) as number, 'recurrent over the slice': expect.any(Number) as number },
  });
  const second = await released('second', warm.hash);
  expect(second.items.slice(0, 30)).toEqual((await released('first', first.hash)).items.slice(0, 30));
  expect(second.manifest.trainedOn.map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset])).toEqual([
    [0, 1439],
    [0, 1439],
  ]);
  expect((await releases.read()).line.line().map(({ releaseId }) => releaseId)).toEqual(['first', 'second']);
});
