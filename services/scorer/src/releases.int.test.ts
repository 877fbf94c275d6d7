import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { holdOut, type ModelRelease } from '@nextcart/contracts';
import { followReleases } from '@nextcart/kafka';
import { type PurchaseCalibration, readCpu, writeArtifact } from '@nextcart/models';
import { unfittedPurchases, untrainedAutoencoder, untrainedRecurrent } from '@nextcart/models/testing';
import { defaultConfiguration, type ServingSettings } from '@nextcart/ranking';
import type { Health } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { covisitsOf, itemIds, itemOf, openShop, type Shop, trendingOf } from './shop.fixture.ts';

/** Releases taken over, given back and refused while lists go on. */

let shop: Shop;
let folder: string;
let health: Health;
const records: ModelRelease[] = [];
let stopFollowing: () => Promise<void>;
beforeAll(async () => {
  shop = await openShop(inject('urls'));
  folder = await mkdtemp(join(tmpdir(), 'releases-'));
  await shop.sendItems(itemIds.map((id) => itemOf(id)));
  await shop.snapshot('trending', trendingOf(itemIds));
  await shop.snapshot('covisits', covisitsOf(itemIds));
  const follower = await followReleases({
    kafka: shop.kafka,
    topic: shop.names.releases,
    schemaText: (id) => shop.registry.schema(id),
    onRecord: (record) => void records.push(record),
  });
  stopFollowing = () => follower.close();
  const { scorer, health: told } = await shop.start();
  health = told;
  await scorer.started;
});
afterAll(async () => {
  await stopFollowing();
  await shop.close();
  await rm(folder, { recursive: true, force: true });
});

const serving: ServingSettings = {
  ...{ types: ['search', 'view', 'cart', 'purchase'], asked: 'view', searchFeatures: 0 },
  bag: { weights: [0, 1, 2, 3], halfLifeDays: 30 },
  weights: { covisit: 1, trending: 0.1, recurrent: 2, autoencoder: 1 },
};
/** Writes a release of untrained models and says that it is released. */
const release = async (
  releaseId: string,
  options: { items?: readonly string[]; wrongHash?: true; cut?: true; purchases?: PurchaseCalibration } = {},
) => {
  const { items = itemIds } = options;
  const seed = releaseId.length;
  const { hash } = await writeArtifact(join(folder, releaseId), {
    ...{ release: releaseId, createdAt: '2026-11-27T10:00:00Z', seeds: {}, trainedOn: [], metrics: [] },
    ...{ cpu: await readCpu(), items, features: [], tables: {} },
    settings: { serving },
    models: {
      recurrent: untrainedRecurrent({ items: items.length, types: 4, gaps: 8, hours: 24 }, seed),
      autoencoder: untrainedAutoencoder(items.length, seed),
      ...(options.purchases && { purchases: options.purchases }),
    },
  });
  if (options.cut) await truncate(join(folder, releaseId, 'recurrent', 'weights.bin'), 100);
  await shop.sendRelease({
    ...{ releaseId, kind: 'released', artifactUri: pathToFileURL(join(folder, releaseId)).href },
    artifactHash: options.wrongHash ? 'f'.repeat(64) : hash,
  });
};
const activated = (releaseId: string) =>
  shop.until(`the activation of ${releaseId}`, () =>
    records.find((record) => record.kind === 'activated' && record.releaseId === releaseId),
  );
const listAfter = (key: string, offset: number) =>
  shop.until(`the list of ${key}`, () => {
    const list = shop.current(key)?.list;
    return list != null && list.triggerOffset >= offset ? list : undefined;
  });
/** A list by a release: events are sent until there is one. */
const listBy = async (releaseId: string, userId: string) => {
  for (let n = 0; ; n += 1) {
    const list = await listAfter(userId, await shop.send([{ userId, itemId: itemIds[n % 40] as string }]));
    if (list.release === releaseId) return list;
    if (n > 200) throw new Error(`still by ${list.release}`);
  }
};

test('a release is taken over within seconds, said so before its first list, and rolled back likewise', async () => {
  const first = await listAfter('anna', await shop.send([{ userId: 'anna', itemId: 'i20' }]));
  expect(first.release).toBe('untrained');

  const begun = Date.now();
  await release('one');
  const activation = await activated('one');
  expect(Date.now() - begun).toBeLessThan(5000);
  expect(activation).toMatchObject({ partition: 0, fromOffset: first.triggerOffset + 1 });
  const list = await listBy('one', 'anna');
  expect(list.items.some(({ source }) => source === 'recurrent' || source === 'autoencoder')).toBe(true);
  expect(list.triggerOffset).toBeGreaterThanOrEqual(activation.fromOffset as number);
  expect(activation.at).toBeLessThanOrEqual(list.publishedAt);

  await release('second');
  await activated('second');
  const changed = await listBy('second', 'anna');
  expect(changed.items.map(({ itemId }) => itemId)).not.toEqual(list.items.map(({ itemId }) => itemId));

  const back = Date.now();
  await shop.sendRelease({ releaseId: 'second', kind: 'rolled_back' });
  await listBy('one', 'anna');
  expect(Date.now() - back).toBeLessThan(5000);

  // and to none at all, and back
  await shop.sendRelease({ releaseId: 'one', kind: 'rolled_back' });
  await listBy('untrained', 'anna');
  expect(records.findLast(({ kind }) => kind === 'activated')?.releaseId).toBe('untrained');
  await shop.sendRelease({
    ...(records.find(({ releaseId }) => releaseId === 'one') as ModelRelease),
    kind: 'promoted',
  });
  await listBy('one', 'anna');
});

test('a release that can say so tells what is bought next, of what may be shown, as often as it is asked for', async () => {
  expect((await listBy('one', 'dora')).nextPurchases).toEqual([]);
  await release('calibrated', { purchases: unfittedPurchases });
  await activated('calibrated');
  const { nextPurchases } = await listBy('calibrated', 'dora');
  expect(nextPurchases).toHaveLength(5);
  const chances = nextPurchases.map(({ probability }) => probability);
  expect(chances).toEqual(chances.toSorted((a, b) => b - a));
  expect(chances.every((chance) => chance > 0 && chance < 1)).toBe(true);
  expect(shop.current('*')?.list?.nextPurchases).toEqual([]);

  // what is gone is in no list any more
  const gone = nextPurchases[0]?.itemId as string;
  await shop.sendItems([itemOf(gone, { stock: 0 })]);
  await shop.until('a list without it', () => {
    const list = shop.current('dora')?.list;
    return [...(list?.items ?? []), ...(list?.nextPurchases ?? [])].every(({ itemId }) => itemId !== gone);
  });
  expect(shop.current('dora')?.list?.nextPurchases).toHaveLength(5);
  await shop.sendItems([itemOf(gone)]);

  await shop.stopAll();
  const configuration = { ...defaultConfiguration, nextPurchases: 0 };
  const { scorer, stop } = await shop.start({ options: { configuration } });
  await scorer.started;
  const list = await listAfter('dora', await shop.send([{ userId: 'dora', itemId: 'i33' }]));
  expect(list).toMatchObject({
    release: 'calibrated',
    nextPurchases: [],
    snapshots: { ranking: '{"nextPurchases":0}' },
  });
  await stop();
  await shop.sendRelease({ releaseId: 'calibrated', kind: 'rolled_back' });
  const again = await shop.start();
  await again.scorer.started;
  health = again.health;
  await listBy('one', 'dora');
});

test('the same history gives the same list, hot for a long time or just come back', async () => {
  const events = Array.from({ length: 70 }, (_, n) => ({ userId: 'ben', itemId: itemIds[(n * 11) % 60] as string }));
  let last = 0;
  for (const event of events) last = await shop.send([event]);
  const hot = await listAfter('ben', last);
  expect(hot.release).toBe('one');
  await shop.land(0, last + 1);
  const unchanged: number[] = [];
  const other = await shop.start({
    options: { groupId: `${shop.name}.again` },
    onUnchanged: (_, offset) => void unchanged.push(offset),
  });
  // it is unchanged where it is the list that stands in the log, item by item
  await shop.until('the word that the list stays', () => unchanged.includes(last));
  expect(shop.current('ben')?.list?.publishedAt).toBe(hot.publishedAt);
  await other.stop();
});

test('who is held out gets lists without models, named so', async () => {
  const share = 0.5;
  const names = Array.from({ length: 12 }, (_, n) => `held-${n}`);
  const arms = names.map((userId) => holdOut(userId, { share, salt: 'may' }));
  expect(new Set(arms).size).toBe(2);
  await shop.stopAll();
  const { scorer, stop } = await shop.start({ options: { holdOut: { share, salt: 'may' } } });
  await scorer.started;
  const offset = await shop.send(names.map((userId) => ({ userId, itemId: 'i20' })));
  for (const [at, userId] of names.entries()) {
    const list = await listAfter(userId, offset + at);
    expect([userId, list.release]).toEqual([userId, arms[at] === 'base' ? 'untrained' : 'one']);
  }
  await stop();
  const again = await shop.start();
  await again.scorer.started;
  health = again.health;
  await shop.until('readiness', () => health.report().ok);
});

test.each([
  ['cut short', 'cut', { cut: true }, /recurrent\/weights\.bin/],
  ['of another hash', 'mistaken', { wrongHash: true }, /has hash/],
  ['of another catalogue', 'foreign', { items: itemIds.map((id) => `x${id}`) }, /another catalogue/],
] as const)('a release that is %s changes nothing, and health says why', async (_, releaseId, options, words) => {
  await release(releaseId, options);
  const said = await shop.until('the reason', () => {
    const { detail } = health.report().checks['release'] ?? {};
    return detail?.includes(releaseId) ? detail : undefined;
  });
  expect(said).toMatch(words);
  expect(health.report().ok).toBe(true);
  await listBy('one', 'clara');
  await shop.sendRelease({ releaseId, kind: 'rolled_back' });
});
