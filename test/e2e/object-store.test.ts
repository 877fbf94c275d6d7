/** Releases that lie in an object store: what scorers, the command and a replay make of them, and of a store that fails them. */
import { once } from 'node:events';
import { mkdir, readdir, rename, rm, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Artifacts, createArtifacts } from '@nextcart/artifacts';
import type { ReleaseArtifact } from '@nextcart/contracts';
import { repoRoot } from '@nextcart/local';
import { createDoor, type Door, uniqueName } from '@nextcart/runtime/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { itemIds, itemOf, NOW, openReplayShop, type ReplayShop } from './replay-shop.ts';

const objects = inject('objectStore');

describe.skipIf(objects === null)('releases in an object store', () => {
  const bucket = uniqueName('shop').replaceAll('_', '-');
  const uriOf = (release: string) => `s3://${bucket}/releases/${release}`;
  const pathOf = ({ releaseId, hash }: Pick<ReleaseArtifact, 'releaseId' | 'hash'>, ...file: string[]) =>
    join(objects?.folder ?? '', bucket, 'releases', releaseId, hash, ...file);
  let shop: ReplayShop;
  let door: Door;
  let machines = 0;
  let artifacts: Artifacts;
  /** A machine that has fetched nothing yet. */
  const machine = (endpoint = objects?.endpoint ?? '', silentMs = 15_000) =>
    createArtifacts({ endpoint, silentMs, fetchedDir: join(shop.folder, `machine-${(machines += 1)}`) });

  beforeAll(async () => {
    if (objects === null) return;
    vi.stubEnv('AWS_ACCESS_KEY_ID', objects.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', objects.secretAccessKey);
    await mkdir(join(objects.folder, bucket));
    door = await createDoor(objects.endpoint);
    shop = await openReplayShop({ ...inject('urls'), endpoint: door.url });
  });
  beforeEach(() => {
    artifacts = machine();
  });
  afterAll(async () => {
    await shop.close();
    await door.shut();
  });

  const publish = async (release: string, options?: { twist: true }): Promise<ReleaseArtifact> => {
    const { hash, uri } = await shop.write(release, { folder: `${release}-${(machines += 1)}`, ...options });
    return { releaseId: release, uri: await artifacts.publish(fileURLToPath(uri), uriOf(release)), hash };
  };
  const refused = (act: Promise<unknown>) =>
    act.then(
      () => 'it was not refused',
      (error: Error) => error,
    );

  test('what was published is fetched as it was, once, and told of by its manifest alone', async () => {
    const one = await publish('one');
    const other = machine();
    expect((await other.manifest(one.uri)).hash).toBe(one.hash);
    const folder = await other.folder(one);
    await rm(pathOf(one, 'items.json'));
    expect(await other.folder(one)).toBe(folder);
    expect(await readdir(folder)).toContain('items.json');
    expect(await refused(machine().folder(one))).toMatchObject({ name: 'ArtifactError', file: 'items.json' });
  });

  test('published again it is the same; another one of its name lies beside it', async () => {
    const two = await publish('two');
    expect(await publish('two')).toEqual(two);
    const twisted = await publish('two', { twist: true });
    expect(await readdir(join(pathOf(two), '..'))).toHaveLength(2);
    const other = machine();
    for (const one of [two, twisted]) {
      expect((await other.manifest(one.uri)).hash).toBe(one.hash);
      expect(await other.find(uriOf('two'), one.hash)).toMatchObject({ uri: one.uri, hash: one.hash });
    }
    expect(await other.find(uriOf('two'))).toEqual(await machine().find(uriOf('two')));
    expect(await other.find(uriOf('none'))).toBeUndefined();
  });

  test('a fetched one that lost a file since is fetched again', async () => {
    const lost = await publish('lost');
    const other = machine();
    const folder = await other.folder(lost);
    await rm(join(folder, 'items.json'));
    expect(await other.folder(lost)).toBe(folder);
    expect(await readdir(folder)).toContain('items.json');
  });

  test('one that was only begun is none, and is made whole by whoever publishes it again', async () => {
    const { hash, uri } = await shop.write('begun');
    const [folder, aside] = [fileURLToPath(uri), join(shop.folder, 'aside')];
    await rename(join(folder, 'recurrent', 'weights.bin'), aside);
    expect(await refused(artifacts.publish(folder, uriOf('begun')))).toMatchObject({ code: 'ENOENT' });
    expect(await readdir(pathOf({ releaseId: 'begun', hash }))).toContain('items.json');
    expect(await machine().find(uriOf('begun'))).toBeUndefined();
    await rename(aside, join(folder, 'recurrent', 'weights.bin'));
    await machine().folder({ uri: await artifacts.publish(folder, uriOf('begun')), hash });
  });

  test('a release that was removed, cut or swapped is an error that names it, and nothing of it stays here', async () => {
    const three = await publish('three');
    expect(await artifacts.names(`s3://${bucket}/releases`)).toContain('three');
    const other = machine();
    expect(await refused(other.folder({ ...three, hash: 'f'.repeat(64) }))).toMatchObject({
      message: expect.stringMatching(/has hash \w+, not f+; roll back/) as string,
    });
    await truncate(pathOf(three, 'recurrent', 'weights.bin'), 100);
    expect(await refused(other.folder(three))).toMatchObject({
      ...{ name: 'ArtifactError', file: 'recurrent/weights.bin' },
      message: expect.stringContaining(`it is damaged at ${three.uri}`) as string,
    });
    await other.remove(uriOf('three'));
    expect(await refused(other.manifest(three.uri))).toMatchObject({
      message: expect.stringContaining(`there is no release at ${three.uri}`) as string,
    });
    expect(await artifacts.names(`s3://${bucket}/releases`)).not.toContain('three');
    expect((await readdir(join(shop.folder, `machine-${machines}`)).catch(() => [])).length).toBe(0);
  });

  test('seven releases are fetched, and the one that nobody asked for longest is gone', async () => {
    const made: ReleaseArtifact[] = [];
    for (let at = 0; at < 7; at += 1) made.push(await publish(`kept-${'x'.repeat(at)}`));
    const other = machine();
    for (const one of made.slice(0, 6)) await other.folder(one);
    await other.folder(made[0] as ReleaseArtifact);
    await other.folder(made[6] as ReleaseArtifact);
    const here = await readdir(join(shop.folder, `machine-${machines}`));
    expect(here.toSorted()).toEqual(made.flatMap(({ hash }, at) => (at === 1 ? [] : [hash])).toSorted());
  });

  test('a store that takes a connection and says nothing is away, too', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await refused(machine(`http://127.0.0.1:${port}`, 300).manifest('s3://any/one'))).toMatchObject({
      ...{ code: 'artifacts_unavailable', retry: true },
      message: expect.stringContaining('does not answer (TimeoutError') as string,
    });
    server.close();
  });

  test.each([
    [
      'a bucket that is not there',
      () => machine(),
      's3://nobody-has-this/one',
      /is not there; bring it back: .*make it, or name another/,
    ],
    [
      'a store that does not answer',
      () => machine('http://127.0.0.1:9'),
      's3://any/one',
      /does not answer \(ECONNREFUSED.*AWS_ENDPOINT_URL_S3/,
    ],
  ])('%s is told with the cure, and may be asked again', async (_, open, uri, words) => {
    expect(await refused(open().manifest(uri))).toMatchObject({
      ...{ code: 'artifacts_unavailable', retry: true },
      message: expect.stringMatching(words) as string,
    });
  });

  describe('that lists are made by', () => {
    const users = Array.from({ length: 12 }, (_, at) => `user ${at}`);
    const round = async (n: number) => {
      await shop.send(
        users.map((userId, at) => ({ userId, itemId: itemIds[(7 * at + 11 * n) % itemIds.length] as string })),
      );
      await shop.settle();
    };
    const published = async () =>
      [...(await shop.lists(0)), ...(await shop.lists(1))].flatMap(({ list }) =>
        users.includes(list.subject) ? [list.release] : [],
      );
    const verify = (env: Readonly<Record<string, string>> = {}) =>
      runProgram(
        process.execPath,
        [
          ...[join(repoRoot, 'packages/cli/src/main.ts'), 'replay', '--verify', '--from', '2000-01-01'],
          ...['--topic-prefix', shop.prefix],
        ],
        {
          env: {
            ...{ KAFKA_BROKERS: inject('urls').kafkaBrokers, CLICKHOUSE_URL: shop.url },
            ...{ SCHEMA_REGISTRY_URL: inject('urls').schemaRegistryUrl, AWS_ENDPOINT_URL_S3: objects?.endpoint },
            ...{ ARTIFACTS_DIR: join(shop.folder, `machine-${(machines += 1)}`), ...env },
          },
        },
      );

    test('a scorer takes it over, and where the store was away as soon as it is back', async () => {
      for (const id of itemIds) await shop.sendItem(itemOf(id));
      await shop.snapshots(itemIds, NOW);
      const scorer = await shop.startScorer({});
      const first = await publish('first');
      await shop.tell({ releaseId: 'first', kind: 'released', artifactUri: first.uri, artifactHash: first.hash });
      await scorer.serving('first');
      await round(0);
      const second = await publish('second');
      await door.shut();
      await shop.tell({ releaseId: 'second', kind: 'released', artifactUri: second.uri, artifactHash: second.hash });
      await shop.until('the reason', async () => /does not answer .*AWS_ENDPOINT_URL_S3/.test(scorer.release()));
      await round(1);
      expect(new Set(await published())).toEqual(new Set(['first']));
      await door.open();
      await scorer.serving('second');
      await round(2);
      expect(await published()).toContain('second');
      await scorer.stop();
    });

    test('a replay fetches them and makes each list again', async () => {
      const { code, stdout, stderr } = await verify();
      expect(code, stderr).toBe(0);
      expect(stdout).toContain('none is different');
      expect(stdout).not.toContain('skipped');
    });

    test('with another key it ends with the cure, and no list is called skipped', async () => {
      const { code, stdout, stderr } = await verify({ AWS_SECRET_ACCESS_KEY: 'another' });
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /the bucket shop-\S+ of http:\S+ can't be used \(SignatureDoesNotMatch\); give AWS_ACCESS_KEY_ID/,
      );
      expect(stdout).not.toContain('skipped');
    });
  });
});
