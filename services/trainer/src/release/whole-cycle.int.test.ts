/** Real trainings, the gate, the pass over the slice, and a warm cycle that goes on from what was released. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtifacts } from '@nextcart/artifacts';
import { clickhouseConnection, readModelRun } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore, type TestEvent } from '@nextcart/clickhouse/testing';
import { type LogSlice, modelKinds, type ParentRelease, schemaText, topics } from '@nextcart/contracts';
import { createMemoryKafka } from '@nextcart/kafka';
import { openArtifact } from '@nextcart/models';
import { createLogger, createWaiting, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { CATALOG_ID, insertCatalogue, passing } from '../cycle.fixture.ts';
import { refitSlice } from '../refit-slice.ts';
import { runTraining, type TrainingDeps } from '../run-training.ts';
import { settings, TOPIC_ID, walkers } from '../trainer.fixture.ts';
import { linearBaseline } from './fit-linear.ts';
import { makeRelease } from './make-release.ts';
import { createReleaseLog, type ReleaseLog } from './release-log.ts';

let deps: TrainingDeps;
let releases: ReleaseLog;
let close: () => Promise<void>;
beforeAll(async () => {
  const { store, url, drop } = await migratedStore(inject('urls').clickhouseUrl, 'whole');
  await insertTestEvents(store, [...walkers(0), ...walkers(1)], 'walkers');
  await insertCatalogue(store);
  const dataDir = await mkdtemp(join(tmpdir(), 'whole-'));
  const [log, clock] = [createLogger('test', 'fatal'), systemClock];
  const kafka = createMemoryKafka({ log, clock });
  await kafka.admin.ensureTopics([topics.modelReleases]);
  const registry = { register: async () => 1, schema: async () => schemaText('model-release') };
  releases = createReleaseLog({ kafka, registry });
  deps = {
    ...{ store, connection: clickhouseConnection({ CLICKHOUSE_URL: url }), settings, clock, log, logLevel: 'error' },
    artifacts: createArtifacts({ fetchedDir: join(dataDir, 'fetched') }),
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
    {
      ...deps,
      releases,
      gate: passing.gate,
      catalogTopicId,
      linear: linearBaseline(deps),
      refit: refitSlice(deps, job),
    },
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
  expect(first.reasons.join('\n')).toContain('beats linear by at least +');
  const { manifest, models } = await released('first', first.hash);
  expect(Object.keys(models)).toEqual(expect.arrayContaining(['recurrent', 'autoencoder']));
  expect(manifest.trainedOn.map(({ lastOffset }) => lastOffset)).toEqual([719, 719]);

  const parent = { release: 'first', hash: first.hash as string };
  const warm = await cycle('second', { ranges: both(720, 1080), slice: both(1080, 1440), parent, epochs: 4 });
  expect(warm.verdict, warm.reasons.join('\n')).toBe('pass');
  expect(warm.reasons.join('\n')).not.toContain('linear');
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

/** Draws by position, the same each time. */
const drawn = (offset: number, partition: number) => ((offset * 7919 + partition * 104_729 + 13) % 997) / 997;
const poisons: Record<string, (event: TestEvent) => string> = {
  'labels are shuffled': ({ offset, partition }) => `i${Math.floor(36 * drawn(offset, partition))}`,
  'few popular items stand for most': ({ offset, partition }) => `i${Math.floor(36 * drawn(offset, partition) ** 5)}`,
};
test.each(Object.entries(poisons).map(([what, of], at) => ({ what, of, round: 2 + at })))(
  'a log in which $what teaches nothing that is released: what served before serves on, and the record says why',
  { timeout: 120_000 },
  async ({ of, round }) => {
    const from = round * 720;
    const cut = from + 576;
    const events = walkers(round).map((event) =>
      event.offset < cut && event.item ? { ...event, item: of(event) } : event,
    );
    await insertTestEvents(deps.store, events, `poisoned ${round}`);
    const inForce = async () => (await releases.read()).line.inForce()?.releaseId;
    const before = await inForce();
    const release = `poisoned-${round}`;
    const result = await cycle(release, {
      ranges: both(from, cut),
      slice: both(cut, from + 720),
      parent: null,
      epochs: 25,
    });
    expect(result).toMatchObject({ verdict: 'reject', hash: null });
    expect(result.reasons.join('\n')).toContain('inferior to the anchor');
    expect(await inForce()).toBe(before);
    const { records } = await releases.read();
    expect(records.findLast(({ releaseId }) => releaseId === release)).toMatchObject({
      ...{ kind: 'rejected', artifactUri: null, decision: result.reasons.join('\n') },
    });
  },
);
