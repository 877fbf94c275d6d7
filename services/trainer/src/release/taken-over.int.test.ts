import { readModelRun } from '@nextcart/clickhouse';
import type { ReleaseResult } from '@nextcart/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRelease } from './make-release.ts';
import { good, openReleaseShop, type ReleaseShop } from './release.fixture.ts';

let shop: ReleaseShop;
beforeAll(async () => {
  shop = await openReleaseShop();
});
afterAll(() => shop.close());

test('a cycle that was taken over from a trainer that lives, and ends first, is told as that one decided', async () => {
  const run = shop.run('t1', [await shop.train('t-rnn', good())]);
  let first: ReleaseResult | undefined;
  const refit = async () => {
    first = await makeRelease(shop.deps, run);
    throw new Error('its folder was taken away');
  };
  const second = await makeRelease({ ...shop.deps, refit }, run);
  expect(first).toMatchObject({ verdict: 'pass' });
  expect(second).toEqual(first);
  expect((await shop.records('t1')).map(({ kind }) => kind)).toEqual(['released']);
  expect(await readModelRun(shop.store, 't1')).toMatchObject({ verdict: 'pass', artifactHash: first?.hash });
});
