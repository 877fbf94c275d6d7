/** Disks without room, in a training and in a release: the reason can be read, nothing half is left, what serves stays. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readModelRun } from '@nextcart/clickhouse';
import { openArtifact } from '@nextcart/models';
import { expect, test } from 'vitest';
import { makeRelease } from './release/make-release.ts';
import { good, openReleaseShop } from './release/release.fixture.ts';
import { jobOf, openShop, payloadOf, resultOf } from './trainer.fixture.ts';

const run = promisify(execFile);

test('a training that can write no more is tried three times, stays with the reason, and leaves no model behind', async () => {
  const shop = await openShop();
  // files that can't grow are what anybody can have of a full disk; the next test has a real one
  const cramped = await shop.trainer({}, { fileBytes: 4096 });
  const jobId = await shop.queue.train(payloadOf(20));
  await expect(resultOf(shop.queue, jobId)).rejects.toThrow(/EFBIG|file too large/i);
  expect((await jobOf(shop.queue, jobId)).attemptsMade).toBe(3);
  expect(await readdir(join(shop.dataDir, 'trained')).catch(() => [])).toEqual([]);
  await cramped.kill();

  const roomy = await shop.trainer();
  const next = await shop.queue.train(payloadOf(21));
  expect(await resultOf(shop.queue, next)).toMatchObject({ trained: next });
  await roomy.kill();
  await shop.close();
});

test('a release that the disk has no room for is not there at all, the one before it serves on, and with room it passes', async ({
  skip,
}) => {
  const shop = await openReleaseShop();
  const releasesDir = join(shop.dataDir, 'releases');
  await mkdir(releasesDir, { recursive: true });
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', releasesDir]);
  } catch (error) {
    await shop.close();
    skip(`a disk of its own wants the right to mount one: ${(error as Error).message}`);
  }
  try {
    const before = await makeRelease(shop.deps, shop.run('before', [await shop.train('before', good())]));
    expect(before.verdict, before.reasons.join('\n')).toBe('pass');
    const children = [await shop.train('next', good())];
    const again = () =>
      makeRelease(shop.deps, shop.run('next', children, { ranges: [{ partition: 0, from: 0, to: 400 }] }));
    const filler = join(releasesDir, 'filler');
    const { bavail, bsize } = await statfs(releasesDir);
    await writeFile(filler, Buffer.alloc((bavail - 4) * bsize));

    await expect(again()).rejects.toThrow(/ENOSPC/);
    expect((await readdir(releasesDir)).toSorted()).toEqual(['before', 'filler']);
    expect(await shop.records('next')).toEqual([]);
    expect(await readModelRun(shop.store, 'next')).toBeNull();
    expect((await shop.log.read()).line.inForce()?.releaseId).toBe('before');
    await openArtifact(join(releasesDir, 'before'), { hash: before.hash as string });

    await rm(filler);
    expect(await again()).toMatchObject({ verdict: 'pass' });
    expect((await shop.log.read()).line.inForce()?.releaseId).toBe('next');
  } finally {
    await run('umount', [releasesDir]);
    await shop.close();
  }
});
