/** Cycles that are decided after a release has come into force that has learned of their slice. */
import { join } from 'node:path';
import { readModelRun } from '@nextcart/clickhouse';
import { openArtifact } from '@nextcart/models';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRelease } from './make-release.ts';
import { good, openReleaseShop, type ReleaseShop } from './release.fixture.ts';

let shop: ReleaseShop;
beforeAll(async () => {
  shop = await openReleaseShop();
});
afterAll(() => shop.close());

/** That it was learned from more than the others. */
const newer = { ranges: [{ partition: 0, from: 0, to: 401 }] };
const sliced = (from: number, to: number) => [0, 1].map((partition) => ({ partition, from, to }));
const gate = () => ({ ...shop.deps.gate, minSubjects: 20, minPurchases: 10 });
/** In force, and up to `to` learned by its pass over the slice. */
const inForce = async (release: string, to: number) => {
  const log = await shop.emptyLog();
  const refit = ({ name }: { name: string }) => shop.train(name, good(), { loss: 2.6 }, to);
  const run = shop.run(release, [await shop.train(release, good())], { slice: sliced(240, Math.min(to, 480)) });
  const { verdict, reasons } = await makeRelease({ ...shop.deps, gate: gate(), releases: log, refit }, run);
  expect(verdict, reasons.join('\n')).toBe('pass');
  return { ...shop.deps, gate: gate(), releases: log };
};

test('a candidate is measured behind what such a release knows, then learns the whole slice; words and row say so', async () => {
  const deps = await inForce('ahead', 400);
  const learned: unknown[] = [];
  const refit = ({ name, ranges }: { name: string; ranges: unknown }) => {
    learned.push(ranges);
    return shop.train(name, good(), { loss: 2.6 }, 480);
  };
  const change = { ...newer, slice: sliced(240, 480) };
  const run = shop.run('behind', [await shop.train('behind', good())], change);
  const result = await makeRelease({ ...deps, refit }, run);
  expect(result.verdict, result.reasons.join('\n')).toBe('pass');
  expect(result.reasons).toContain("of the slice's 480 positions 320 were learned by ahead: measured over the others");
  // two in three subjects were learned
  expect(await readModelRun(shop.store, 'behind')).toMatchObject({
    ...{ champion: 'ahead', anchor: 'ahead', slice: sliced(400, 480), subjects: 41, refitted: true },
  });
  expect(learned).toEqual([sliced(240, 480)]);
  const { settings } = (await openArtifact(join(shop.dataDir, 'releases', 'behind'))).manifest;
  expect(settings['cycle']).toMatchObject({ recipe: { slice: sliced(240, 480) } });
});

test('a cycle waits where such a release knows all of its slice, though the candidate is as good', async () => {
  const deps = await inForce('whole', 481);
  const result = await makeRelease(deps, shop.run('late', [await shop.train('late', good())], newer));
  expect(result).toMatchObject({
    verdict: 'wait',
    hash: null,
    reasons: [
      "waits: of the slice's 481 positions 481 were learned by whole; the next cycle is measured over what came since",
    ],
  });
  expect(await readModelRun(shop.store, 'late')).toMatchObject({ champion: 'whole', anchor: 'whole', subjects: 0 });
});

test('what is trained again is measured over its whole slice, and the words say who knew it', async () => {
  const deps = await inForce('known', 481);
  const like = { release: 'known', hash: 'h', settings: {} };
  const result = await makeRelease(deps, shop.run('again', [await shop.train('again', good())], { like }));
  expect(result.hash).not.toBeNull();
  expect(result.reasons).toContain(
    "of the slice's 481 positions 481 were learned by known: compared with what has seen them",
  );
  expect((await readModelRun(shop.store, 'again'))?.subjects).toBe(120);
});
