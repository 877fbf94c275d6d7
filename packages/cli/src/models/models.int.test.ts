import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Artifacts, createArtifacts } from '@nextcart/artifacts';
import type { ModelRun } from '@nextcart/clickhouse';
import { nameInForce, type ReleaseRecordKind } from '@nextcart/contracts';
import { createKafka, createRegistryClient, kafkaConnection } from '@nextcart/kafka';
import { readCpu, writeArtifact } from '@nextcart/models';
import { untrainedAutoencoder } from '@nextcart/models/testing';
import { createLogger, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type ChangeDeps, promote, rollBack } from './change-release.ts';
import { endInterleaving, interleave } from './interleave-releases.ts';
import { listModels } from './list-models.ts';
import { openReleases, publishRecord, readReleases } from './read-releases.ts';
import { renderModel, renderModels } from './render-models.ts';

const urls = inject('urls');
const log = createLogger('test', 'fatal');
const clock = systemClock;
const connection = kafkaConnection({ KAFKA_BROKERS: urls.kafkaBrokers.split(','), KAFKA_TLS: 'false' }, 'test-models');
const kafka = createKafka({ connection, log, clock });
const registry = createRegistryClient({ url: urls.schemaRegistryUrl, log, clock });
const PARTITIONS = 2;
const NOW = Date.UTC(2026, 10, 27);

let folder: string;
let deps: ChangeDeps & { readonly topic: string; readonly artifacts: Artifacts };
const made: string[] = [];
const createTopic = async (partitions: number) => {
  const name = uniqueName('models');
  made.push(name);
  await kafka.admin.ensureTopics([{ name, schema: 'model-release', partitions, config: {} }]);
  return name;
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'));
});
afterAll(async () => {
  await kafka.admin.deleteTopics(made);
  await kafka.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  const [topic, eventsTopic] = [await createTopic(1), await createTopic(PARTITIONS)];
  deps = {
    kafka,
    registry,
    artifacts: createArtifacts({ fetchedDir: folder }),
    topic,
    eventsTopic,
    clock,
    timeoutMs: 20_000,
  };
});
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const say = (releaseId: string, kind: ReleaseRecordKind, change: object = {}) =>
  publishRecord(deps, {
    releaseId,
    kind,
    at: NOW,
    decision: kind === 'rejected' ? 'does not beat trending' : null,
    ...change,
  });
/** An artifact of its own, and a record that it was released. */
const release = async (releaseId: string) => {
  const path = join(folder, uniqueName(releaseId));
  const { hash } = await writeArtifact(path, {
    ...{ release: releaseId, createdAt: '2026-11-27T10:00:00Z', seeds: {}, trainedOn: [], metrics: [], settings: {} },
    ...{ cpu: await readCpu(), items: ['a', 'b', 'c'], features: [], tables: {} },
    models: { autoencoder: untrainedAutoencoder(3) },
  });
  await say(releaseId, 'released', { artifactUri: pathToFileURL(path).href, artifactHash: hash });
  return path;
};
/** Stands for the scorers of some partitions: tells of each change that they rank by it now. */
const scorers = async (partitions: readonly number[]) => {
  const follower = await openReleases(deps);
  const stopped = new AbortController();
  let serving = nameInForce(follower.line) ?? 'none';
  const follow = async () => {
    while (!stopped.signal.aborted) {
      const wanted = nameInForce(follower.line) ?? 'none';
      if (wanted !== serving) {
        serving = wanted;
        for (const partition of partitions) await say(wanted, 'activated', { partition, fromOffset: 7 });
      }
      await clock.sleep(10);
    }
    await follower.close();
  };
  const following = follow();
  closing.push(async () => {
    stopped.abort();
    await following;
  });
};
const inForce = async () => (await readReleases(deps)).inForce?.releaseId ?? null;

test('promoting and rolling back put another in force, and wait for every scorer', async () => {
  await release('aa1');
  await release('bb2');
  await scorers([0, 1]);
  const promoted = await promote(deps, 'aa', 'ann');
  expect(promoted).toMatchObject({ from: 'bb2', to: 'aa1', activation: { active: [0, 1], partitions: 2 } });
  expect(promoted.activation.seconds).toBeLessThan(20);
  expect(await rollBack(deps, undefined, 'ann')).toMatchObject({ from: 'aa1', to: 'bb2' });
  expect(await rollBack(deps, undefined, 'ann')).toMatchObject({
    from: 'bb2',
    to: null,
    activation: { active: [0, 1] },
  });
  expect(await inForce()).toBeNull();
  await expect(rollBack(deps, undefined, 'ann')).rejects.toThrow('there is nothing to roll back');
  expect(await promote(deps, 'bb2', 'ann')).toMatchObject({ from: null, to: 'bb2' });
  const { records } = await readReleases(deps);
  expect(records.filter(({ kind }) => kind === 'rolled_back').map(({ decision }) => decision)).toEqual([
    'rolled back by ann',
    'rolled back by ann',
  ]);
});

test('rolling back one that lies further back leaves the one in force, and waits for nobody', async () => {
  await release('aa1');
  await release('bb2');
  expect(await rollBack(deps, 'aa', 'ann')).toMatchObject({ from: 'bb2', to: 'bb2', activation: { partitions: 0 } });
  expect((await readReleases(deps)).line.map(({ releaseId }) => releaseId)).toEqual(['bb2']);
});

test('another release is interleaved with the one in force, listed so, and ended by a word, a promotion or a rollback', async () => {
  await release('aa1');
  await release('bb2');
  await scorers([0, 1]);
  const all = { active: [0, 1], partitions: 2 };
  expect(await interleave(deps, 'aa', 0.25, 'ann')).toMatchObject({ from: 'bb2', to: 'bb2+aa1', activation: all });
  const releases = await readReleases(deps);
  expect(releases.interleaving).toMatchObject({ share: 0.25, second: { releaseId: 'aa1' } });
  const listed = await listModels(deps.artifacts, [], releases);
  const told = renderModels(listed).join('\n');
  expect(told).toMatch(/aa1 .*interleaved/);
  expect(told).toContain('interleaved with it: aa1, for 25 % of the subjects');
  // the activations of both are no release, and no second meaning of a beginning
  expect(told).not.toContain('bb2+aa1');
  const shown = listed.flatMap((line) => renderModel(line)).join('\n');
  expect(shown).toContain('interleaved with bb2 for 25 % of the subjects by ann');

  // another share is another word on the same two, for which nobody waits
  expect(await interleave(deps, 'aa1', 1, 'ann')).toMatchObject({ to: 'bb2+aa1', activation: { partitions: 0 } });
  expect(await endInterleaving(deps, 'ann')).toMatchObject({ from: 'bb2+aa1', to: 'bb2', activation: all });
  expect((await readReleases(deps)).interleaving).toBeNull();
  await interleave(deps, 'aa1', 1, 'ann');
  expect(await rollBack(deps, 'aa', 'ann')).toMatchObject({ from: 'bb2+aa1', to: 'bb2', activation: all });
  const lines = await listModels(deps.artifacts, [], await readReleases(deps));
  expect(lines.find(({ release: id }) => id === 'aa1')).toMatchObject({ rolledBack: true, interleavedShare: 0 });
  await interleave(deps, 'aa', 1, 'ann');
  expect(await promote(deps, 'aa', 'ann')).toMatchObject({ from: 'bb2+aa1', to: 'aa1', activation: all });
});

test('a scorer that does not follow is named when the wait is over', async () => {
  await release('aa1');
  await release('bb2');
  await scorers([1]);
  const changed = await promote({ ...deps, timeoutMs: 500 }, 'aa1', 'ann');
  expect(changed.activation).toMatchObject({ active: [1], partitions: 2 });
  expect(changed.activation.seconds).toBeGreaterThanOrEqual(0.5);
});

describe('what can not serve changes nothing, and the reason says what to do', () => {
  const refused = async (act: () => Promise<unknown>, message: string | RegExp) => {
    const before = (await readReleases(deps)).records.length;
    await expect(act()).rejects.toThrow(message);
    expect((await readReleases(deps)).records).toHaveLength(before);
  };

  test('ids that are unknown, may mean several, or are in force already', async () => {
    await refused(() => promote(deps, 'x', 'ann'), "no release 'x': none was made yet");
    await release('aa1');
    await release('aa2');
    await refused(() => promote(deps, 'x', 'ann'), "no release 'x', the newest are aa2, aa1");
    await refused(() => promote(deps, 'aa', 'ann'), "'aa' may be any of aa1, aa2");
    await refused(() => promote(deps, 'aa2', 'ann'), 'aa2 is in force already');
  });

  test('an interleaving with nothing in force, of the one in force, or that is not on', async () => {
    await refused(() => interleave(deps, 'aa', 1, 'ann'), 'no release is in force');
    await release('aa1');
    await refused(() => interleave(deps, 'aa', 1, 'ann'), 'aa1 is in force: name the one that is to be interleaved');
    await refused(() => endInterleaving(deps, 'ann'), 'no releases are interleaved');
    const gone = await release('bb2');
    await release('cc3');
    await rm(gone, { recursive: true });
    await refused(() => interleave(deps, 'bb', 1, 'ann'), /bb2 can't be served, nothing was changed/);
  });

  test('a candidate that the gate refused has no artifact', async () => {
    await say('cc3', 'rejected');
    await refused(() => promote(deps, 'cc3', 'ann'), 'cc3 has no artifact: the gate let it not pass');
  });

  test('an artifact that is cut short, gone or far away, for promoting and for rolling back to', async () => {
    const first = await release('aa1');
    await release('bb2');
    await truncate(join(first, 'autoencoder', 'weights.bin'), 10);
    await refused(
      () => promote(deps, 'aa1', 'ann'),
      /aa1 can't be served, nothing was changed: autoencoder\/weights\.bin: it is cut/,
    );
    await refused(() => rollBack(deps, undefined, 'ann'), /aa1 can't be served, nothing was changed/);
    await rm(first, { recursive: true });
    await refused(() => promote(deps, 'aa1', 'ann'), /there is no release at .*copy the release again/);
    await say('dd4', 'released', { artifactUri: 'gs://shop/dd4', artifactHash: 'f' });
    await say('ee5', 'released', { artifactUri: 'gs://shop/ee5', artifactHash: 'f' });
    await refused(
      () => promote(deps, 'dd4', 'ann'),
      'there is no release at gs://shop/dd4 that can be read; it must lie at file: or s3:',
    );
  });
});

const runOf = (name: string, change: Partial<ModelRun> = {}): ModelRun => ({
  ...{
    release: name,
    at: NOW,
    shopTime: NOW,
    mode: 'warm',
    topicId: '',
    events: 1440,
    verdict: 'pass',
    superior: true,
    alphaSpent: 0.002,
  },
  ranges: [{ partition: 0, from: 0, to: 700 }],
  slice: [{ partition: 0, from: 700, to: 900 }],
  ...{
    reasons: ['beats trending by at least +0.10000'],
    champion: '',
    anchor: '',
    subjects: 2000,
    requests: 3000,
    leftOut: 7,
  },
  metrics: {
    'NDCG@20 candidate': { value: 0.31, low: 0.3, high: 0.32 },
    'NDCG@20 candidate − champion': { value: 0.01, low: -0.001, high: 0.02 },
  },
  ...{
    losses: { recurrent: 2.5 },
    weights: { recurrent: 0.4 },
    coverage: 0.4,
    refitted: true,
    seconds: { measure: 12.5 },
  },
  ...{ artifactUri: '', artifactHash: '', ...change },
});

test('the list tells what serves, what was refused and what is gone, newest first, also where the store knows nothing of it', async () => {
  const gone = await release('aa1');
  await rm(gone, { recursive: true });
  await release('bb2');
  await release('cc3');
  await say('cc3', 'rolled_back');
  await say('dd4', 'rejected');
  await say('untrained', 'activated', { partition: 0, fromOffset: 3 });
  const runs = [
    runOf('bb2'),
    runOf('dd4', { verdict: 'reject', at: NOW + 1000 }),
    runOf('few', { verdict: 'wait', at: NOW + 2000 }),
  ];
  const lines = await listModels(deps.artifacts, runs, await readReleases(deps));
  expect(
    lines.map(({ release: id, inForce: serves, rolledBack, artifact }) => [id, serves, rolledBack, artifact]),
  ).toEqual([
    ['few', false, false, null],
    ['dd4', false, false, null],
    ['aa1', false, false, 'gone'],
    ['bb2', true, false, 'there'],
    ['cc3', false, true, 'there'],
  ]);
  const told = renderModels(lines).join('\n');
  expect(told).toContain('in force: bb2');
  expect(told).toMatch(/few .*too few subjects/);
  expect(told).toMatch(/dd4 .*rejected/);
  expect(told).toMatch(/bb2 .*0\.3100 .*−0\.0010 … \+0\.0200 .*there/);
  const shown = renderModel(lines[3] as (typeof lines)[number]).join('\n');
  expect(shown).toContain('warm training on 1,440 events: 0:0-699; measured over 0:700-899');
  expect(shown).toContain('beats trending by at least +0.10000');
  expect(renderModel(lines[2] as (typeof lines)[number]).join('\n')).toContain('released');
});

test('what was measured without a training is listed by whom it measures, and shown without what only a cycle has', async () => {
  await release('aa1');
  const figure = { value: 0.29, low: 0.28, high: 0.3 };
  const own = { mode: 'evaluation', verdict: 'measured', metrics: { 'NDCG@20 champion': figure } } as const;
  const runs = [
    runOf('evaluate-1', { ...own, champion: 'aa1', at: NOW + 1000, losses: {} }),
    runOf('evaluate-0', { ...own, at: NOW + 500, losses: {} }),
  ];
  const lines = await listModels(deps.artifacts, runs, await readReleases(deps));
  expect(lines.map(({ release: id, inForce: serves }) => [id, serves])).toEqual([
    ['evaluate-1', false],
    ['evaluate-0', false],
    ['aa1', true],
  ]);
  const told = renderModels(lines).join('\n');
  expect(told).toMatch(/evaluate-1 .*evaluation +measures aa1 +0\.2900/);
  expect(told).toMatch(/evaluate-0 .*evaluation +measures lists without models/);
  expect(told).toContain('in force: aa1');
  const shown = renderModel(lines[0] as (typeof lines)[number]).join('\n');
  expect(shown).toContain('what serves, measured over 0:700-899');
  expect(shown).toContain('release in force then: aa1');
  expect(shown).not.toMatch(/training on|losses/);
});
