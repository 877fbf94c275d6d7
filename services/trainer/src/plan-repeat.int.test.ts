/** Releases that are trained again out of what their artifacts say, by a trainer with other settings over a longer log. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { insertTestEvents } from '@nextcart/clickhouse/testing';
import { type Artifact, writeArtifact } from '@nextcart/models';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertCatalogue, type OwnTrainer, passing, passingPlan, startOwnTrainer } from './cycle.fixture.ts';
import { needsIdOf } from './job-ids.ts';
import { jobOf, openShop, resultOf, type Shop, walkers } from './trainer.fixture.ts';

let shop: Shop;
let own: OwnTrainer;
let full: string;
let warm: string;
beforeAll(async () => {
  shop = await openShop();
  await insertCatalogue(shop.store);
  own = await startOwnTrainer(shop, {}, { settings: passing });
  full = await cycleOf(await shop.queue.plan(passingPlan));
  await insertTestEvents(shop.store, walkers(1), 'second');
  warm = await cycleOf(await shop.queue.plan({ ...passingPlan, mode: 'warm' }));
  await own.close();
  await insertTestEvents(shop.store, walkers(2), 'third');
  const { recurrent, gate, ...others } = passing;
  const settings = {
    ...others,
    minItemSupport: 5,
    recurrent: { ...recurrent, lags: 1 },
    gate: { ...gate, minSubjects: 9999 },
  };
  own = await startOwnTrainer(shop, {}, { settings });
}, 120_000);
afterAll(async () => {
  await own.close();
  await shop.close();
});

/** A released cycle, by its plan. */
const cycleOf = async (planId: string): Promise<string> => {
  const { jobId } = await resultOf<'plan-cycle'>(shop.queue, planId);
  const { verdict, reasons } = await resultOf<'release'>(shop.queue, jobId as string);
  expect(verdict, reasons.join('\n')).toBe('pass');
  await resultOf<'needs'>(shop.queue, needsIdOf(jobId as string));
  return jobId as string;
};
const again = async (like: string) => {
  const { jobId } = await resultOf<'plan-cycle'>(shop.queue, await shop.queue.plan({ like }));
  const result = await resultOf<'release'>(shop.queue, jobId as string);
  return { jobId: jobId as string, ...result, words: result.reasons.join('\n') };
};
/** All that serving is made of. */
const servedBy = ({ items, features, models, tables, manifest }: Artifact) => ({
  ...{ items, features, models, tables, trainedOn: manifest.trainedOn },
  ...{ serving: manifest.settings['serving'], training: manifest.settings['training'], seeds: manifest.seeds },
});

test.each(['full', 'warm'] as const)(
  '%s: the weights are the same to the bit, and nothing changes what serves',
  {
    timeout: 120_000,
  },
  async (mode) => {
    const like = mode === 'full' ? full : warm;
    const { jobId, verdict, hash, words } = await again(like);
    expect(jobId).not.toBe(like);
    expect(verdict).toBe('reject');
    expect(words).toContain(`trained again like ${like}: all weights are the same`);
    const [before, made] = [await shop.release(like), await shop.release(jobId)];
    expect(made.hash).toBe(hash);
    expect(servedBy(made)).toEqual(servedBy(before));
    expect((await own.releases.read()).line.inForce()).toBeNull();
    expect(await resultOf<'needs'>(shop.queue, needsIdOf(jobId))).toMatchObject({ kind: 'nothing' });
    const { data } = await jobOf<'release'>(shop.queue, jobId);
    const { ranges, slice, seed, parent } = (await jobOf<'release'>(shop.queue, like)).data;
    expect(data).toMatchObject({ ranges, slice, seed, parent });
    expect(parent === null).toBe(mode === 'full');
  },
);

const refused = async (like: string): Promise<string> =>
  resultOf<'plan-cycle'>(shop.queue, await shop.queue.plan({ like })).then(
    () => 'it was planned',
    ({ message }: Error) => message,
  );
const releasesDir = () => join(shop.dataDir, 'releases');

/** The full one under another name, with something else in its settings. */
const rewrite = async (release: string, change: (recipe: object) => object) => {
  const { manifest, ...parts } = await shop.release(full);
  const { recipe } = manifest.settings['cycle'] as { readonly recipe: object };
  const settings = { ...manifest.settings, ...change(recipe) };
  await writeArtifact(join(releasesDir(), release), { ...manifest, ...parts, release, settings });
};

test('where the weights are others, the words say which and what they were made by', { timeout: 120_000 }, async () => {
  await rewrite('other', (recipe) => ({ cycle: { recipe: { ...recipe, seed: 99, threads: 7 } } }));
  expect((await again('other')).words).toMatch(
    /trained again like other: weights are others in recurrent, autoencoder.*; threads then 7 on .+, now 1\n/,
  );
});

test('a release that does not say what it was trained by is refused with the cure, and so is one that is gone', async () => {
  await rewrite('older', () => ({ cycle: { mode: 'full' } }));
  await rewrite('newer', (recipe) => ({ cycle: { recipe: { ...recipe, version: 2 } } }));
  await rewrite('foreign', () => ({ training: { ...passing, recurrent: {} } }));
  expect(await refused('older')).toMatch(/release older was made by an older trainer .*train over all .*--full/);
  expect(await refused('newer')).toMatch(/release newer was made by a trainer of another version .*--full/);
  expect(await refused('foreign')).toMatch(/settings.training of release foreign is not usable:[\s\S]*--full/);
  expect(await refused('nowhere')).toContain('there is no release at');
});

test('one that went on from a release that is gone says which, and how more are kept', async () => {
  await rename(join(releasesDir(), full), join(releasesDir(), 'aside'));
  expect(await refused(warm)).toMatch(
    new RegExp(`${warm} went on from ${full}, which is gone; .*TRAINER_KEEP_RELEASES`),
  );
  await rename(join(releasesDir(), 'aside'), join(releasesDir(), full));
});
