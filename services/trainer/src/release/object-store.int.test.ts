import { mkdir, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Artifacts, createArtifacts } from '@nextcart/artifacts';
import { clickhouseConnection, readModelRun } from '@nextcart/clickhouse';
import type { ReleaseArtifact } from '@nextcart/contracts';
import { openArtifact, readManifest } from '@nextcart/models';
import { createLogger, createWaiting, systemClock } from '@nextcart/runtime';
import { createDoor, type Door, uniqueName } from '@nextcart/runtime/testing';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { cleanUp } from '../clean-up.ts';
import { openParent } from '../open-parent.ts';
import { patientArtifacts } from '../patient-artifacts.ts';
import { runTraining } from '../run-training.ts';
import { openShop, settings, payloadOf as trainPayloadOf } from '../trainer.fixture.ts';
import type { ReleaseDeps } from './cycle.ts';
import { makeRelease } from './make-release.ts';
import { good, openReleaseShop, payloadOf, type ReleaseShop, TOPIC_ID } from './release.fixture.ts';

const objects = inject('objectStore');
const bucket = uniqueName('releases').replaceAll('_', '-');
const RELEASES = `s3://${bucket}/a/shop`;

let shop: ReleaseShop;
let door: Door;
let deps: ReleaseDeps;
/** What a machine with a disk of its own sees of the store. */
const machine = (name: string): Artifacts =>
  createArtifacts({ endpoint: door.url, fetchedDir: join(shop.dataDir, 'machines', name) });
/** What is being written, or was cut, apart. */
const folders = async () =>
  (await readdir(join(shop.dataDir, 'releases'))).filter((name) => !name.includes('.partial-'));
const objectsOf = (release: string) =>
  readdir(join(objects?.folder ?? '', bucket, 'a', 'shop', release)).catch(() => []);
const newer = { ...payloadOf(), ranges: payloadOf().ranges.map((range) => ({ ...range, to: range.to + 60 })) };

/** Named as cycles name theirs. */
const CUT = 'release-00000000000000c5';

describe.skipIf(objects === null)('releases in an object store', () => {
  beforeAll(async () => {
    if (objects === null) return;
    vi.stubEnv('AWS_ACCESS_KEY_ID', objects.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', objects.secretAccessKey);
    await mkdir(join(objects.folder, bucket));
    door = await createDoor(objects.endpoint);
    shop = await openReleaseShop();
    deps = { ...shop.deps, artifacts: machine('first'), releasesUri: RELEASES };
  });
  afterAll(async () => {
    await shop.close();
    await door.shut();
  });

  test('a release is told of where everybody can read it, and no disk is needed to hold it', async () => {
    const result = await makeRelease(deps, shop.run('one', [await shop.train('one', good())]));
    expect(result, result.reasons.join('\n')).toMatchObject({ verdict: 'pass' });
    const [record] = await shop.records('one');
    const uri = `${RELEASES}/one/${result.hash}`;
    expect(record).toMatchObject({ artifactUri: uri, artifactHash: result.hash });
    expect(await readModelRun(shop.store, 'one')).toMatchObject({ artifactUri: uri });
    expect(await readdir(join(shop.dataDir, 'releases'))).toEqual([]);
    const artifact = { uri, hash: result.hash as string };
    const { manifest } = await openArtifact(await machine('other').folder(artifact), { hash: artifact.hash });
    expect(manifest.release).toBe('one');
  });

  test('a trainer with another disk compares with it and goes on from it', async () => {
    const artifacts = machine('second');
    const run = shop.run('two', [await shop.train('two', good(2))], newer);
    const result = await makeRelease({ ...deps, artifacts }, run);
    expect(await readModelRun(shop.store, 'two'), result.reasons.join('\n')).toMatchObject({
      ...{ champion: 'one', anchor: 'one' },
    });
    const [record] = await shop.records('one');
    const parent = { releaseId: 'one', uri: record?.artifactUri as string, hash: record?.artifactHash as string };
    const place = { dataDir: join(shop.dataDir, 'elsewhere'), artifacts: machine('third'), releasesUri: RELEASES };
    const log = createLogger('test', 'fatal');
    expect(await openParent({ ...place, settings, log }, parent, TOPIC_ID)).not.toBeNull();
  });

  test('a store that is away is waited for: no champion is taken for gone, and nothing is decided', async () => {
    const waiting = createWaiting();
    const run = shop.run('three', [await shop.train('three', good(3))], newer);
    const artifacts = patientArtifacts({ ...deps, waiting, artifacts: machine('fourth') }, run.signal);
    // just before the champion is fetched
    const folder: Artifacts['folder'] = async (wanted) => {
      await door.shut();
      return artifacts.folder(wanted);
    };
    const made = makeRelease({ ...deps, artifacts: { ...artifacts, folder } }, run);
    await vi.waitFor(
      () => expect(waiting.text()).toMatch(/the bucket releases-\S+ of http:\S+ does not answer .*AWS_ENDPOINT_URL_S3/),
      { timeout: 30_000 },
    );
    expect(await readModelRun(shop.store, 'three')).toBeNull();
    await door.open();
    await made;
    expect(await readModelRun(shop.store, 'three')).toMatchObject({ champion: 'one' });
  });

  test('neither is one that a disk has no room for', async () => {
    const full = join(shop.dataDir, 'no folder');
    await writeFile(full, '');
    const artifacts = createArtifacts({ endpoint: door.url, fetchedDir: full });
    const run = shop.run('full', [await shop.train('full', good(3))], newer);
    await expect(makeRelease({ ...deps, artifacts }, run)).rejects.toMatchObject({
      ...{ code: 'artifacts_unavailable', retry: true },
      message: expect.stringContaining('set ARTIFACTS_DIR to a folder that can be written') as string,
    });
  });

  test('a cycle that is killed on the way to the store ends in the same release', async () => {
    const [killed, log] = [new Error('killed'), await shop.emptyLog()];
    const dying = { ...machine('fifth'), publish: () => Promise.reject(killed) };
    const own = { ...deps, releases: log };
    const children = [await shop.train('four', good())];
    await expect(makeRelease({ ...own, artifacts: dying }, shop.run('four', children))).rejects.toBe(killed);
    expect(await objectsOf('four')).toEqual([]);
    const { hash } = await readManifest(join(shop.dataDir, 'releases', 'four'));
    const result = await makeRelease(own, shop.run('four', children));
    expect(result).toMatchObject({ verdict: 'pass', hash });
    expect((await log.read()).line.inForce()).toMatchObject({ uri: `${RELEASES}/four/${hash}`, hash });
    expect(await objectsOf('four')).toEqual([hash]);
  });

  test('who makes a release again on another disk tells of the one in the store', async () => {
    const children = [await shop.train('five', good())];
    const first = await makeRelease({ ...deps, releases: await shop.emptyLog() }, shop.run('five', children));
    await shop.store.command("DELETE FROM model_runs WHERE release = 'five'");
    const other = { ...deps, dataDir: join(shop.dataDir, 'sixth'), artifacts: machine('sixth') };
    const second = await makeRelease({ ...other, releases: await shop.emptyLog() }, shop.run('five', []));
    expect(second).toMatchObject({ verdict: 'pass', hash: first.hash });
    // also where it was not there yet when that one began
    await shop.store.command("DELETE FROM model_runs WHERE release = 'five'");
    let looks = 0;
    const find: Artifacts['find'] = async (uri, hash) =>
      uri.endsWith('/five') && (looks += 1) === 1 ? undefined : other.artifacts.find(uri, hash);
    const later = { ...shop.run('five', [await shop.train('five-again', good(9))]), createdAt: 1 };
    const [artifacts, dataDir] = [{ ...other.artifacts, find }, shop.dataDir];
    const third = await makeRelease({ ...other, dataDir, artifacts, releases: await shop.emptyLog() }, later);
    expect(third).toMatchObject({ verdict: 'pass', hash: first.hash });
    expect(await objectsOf('five')).toEqual([first.hash]);
  });

  test('what was cut while it was written here is written anew', async () => {
    const [killed, log] = [new Error('killed'), await shop.emptyLog()];
    const dying = { ...machine('seventh'), publish: () => Promise.reject(killed) };
    const own = { ...deps, releases: log };
    const run = shop.run(CUT, [await shop.train('cut', good())]);
    await expect(makeRelease({ ...own, artifacts: dying }, run)).rejects.toBe(killed);
    await truncate(join(shop.dataDir, 'releases', CUT, 'recurrent', 'weights.bin'), 100);
    expect(await makeRelease(own, run)).toMatchObject({ verdict: 'pass' });
    expect(await objectsOf(CUT)).toHaveLength(1);
  });

  test('what is no longer wanted leaves the store and the folder, and what is in force in either stays', async () => {
    const trainers = await openShop();
    try {
      // of before there was a store
      const { releasesUri: _, ...before } = deps;
      const made = async (name: string) => {
        const releases = await shop.emptyLog();
        await makeRelease({ ...before, releases }, shop.run(name, [await shop.train(name, good())]));
        return (await releases.read()).line.line();
      };
      const [early] = [await made('early'), await made('unwanted')];
      expect(await folders()).toEqual(['early', 'unwanted']);
      const line = async () => [...early, ...(await deps.releases.read()).line.line()];
      const own = { ...deps, line, queue: trainers.queue, interleaved: async () => null };
      const inFolder = { ...deps, settings, log: createLogger('test', 'fatal') };
      expect(await openParent(inFolder, early[0] as ReleaseArtifact, TOPIC_ID)).not.toBeNull();
      // as of a trainer that was killed while it put it there
      const [hash] = await objectsOf(CUT);
      await rm(join(objects?.folder ?? '', bucket, 'a', 'shop', CUT, hash as string, 'manifest.json'));
      await cleanUp({ ...own, keepReleases: 100 });
      expect(await deps.artifacts.names(RELEASES)).toEqual(expect.arrayContaining(['one', 'four', 'five']));
      expect(await objectsOf(CUT)).toEqual([]);
      await cleanUp({ ...own, keepReleases: 0 });
      expect([...(await deps.artifacts.names(RELEASES)), 'early'].toSorted()).toEqual(
        (await line()).map(({ releaseId }) => releaseId).toSorted(),
      );
      expect(await objectsOf('four')).toEqual([]);
      expect(await folders()).toEqual(['early']);
    } finally {
      await trainers.close();
    }
  });

  test('a warm training reads its parent from the store', async () => {
    const trainers = await openShop();
    try {
      const at = (name: string) => ({
        ...{ dataDir: join(trainers.dataDir, name), artifacts: machine(name), releasesUri: RELEASES, settings },
        ...{ store: trainers.store, connection: clickhouseConnection({ CLICKHOUSE_URL: trainers.clickhouseUrl }) },
        ...{ clock: systemClock, log: createLogger('test', 'fatal'), logLevel: 'error', waiting: createWaiting() },
        ...{ threads: 1, memoryBytes: 2 ** 30 },
      });
      const train = (name: string, jobId: string, change: Parameters<typeof trainPayloadOf>[1]) =>
        runTraining(at(name), {
          ...{ jobId, createdAt: 1, attempt: 1, payload: trainPayloadOf(1, change), onProgress: () => {} },
          signal: new AbortController().signal,
        });
      const half = (from: number, to: number) => [0, 1].map((partition) => ({ partition, from, to }));
      const { hash } = await train('full', 'parent', { ranges: half(0, 360) });
      const folder = join(trainers.dataDir, 'full', 'trained', 'parent');
      await at('full').artifacts.publish(folder, `${RELEASES}/parent`);
      await train('warm', 'child', { parent: { release: 'parent', hash }, ranges: half(360, 720) });
      const child = await readManifest(join(trainers.dataDir, 'warm', 'trained', 'child'));
      expect(child.manifest.trainedOn.map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset])).toEqual([
        [0, 719],
        [0, 719],
      ]);
    } finally {
      await trainers.close();
    }
  });
});
