import { holdOut, isInterleaved, type ModelRelease, type RecommendationList, TEAMS_KEY } from '@nextcart/contracts';
import { unfittedPurchases } from '@nextcart/models/testing';
import { interleaveLists, recommIdOf } from '@nextcart/ranking';
import type { Health } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openReleaseShop, type ReleaseShop } from './release-shop.fixture.ts';
import { itemIds, itemOf, NOW } from './shop.fixture.ts';

/** Two releases in one list: begun, ended and refused while lists go on. */

let shop: ReleaseShop;
let health: Health;
let stop: () => Promise<void>;
const start = async (options: Parameters<ReleaseShop['start']>[0] = {}) => {
  const started = await shop.start(options);
  ({ health, stop } = started);
  await started.scorer.started;
};
beforeAll(async () => {
  shop = await openReleaseShop(inject('urls'));
  await start();
});
afterAll(() => shop.close());

const artifactOf = (releaseId: string) => {
  const said = shop.records.find((record) => record.releaseId === releaseId && record.artifactUri !== null);
  const { artifactUri, artifactHash } = said as ModelRelease;
  return { artifactUri, artifactHash };
};
const interleave = (releaseId: string, against: string, share: number) =>
  shop.sendRelease({
    ...{ releaseId, kind: 'interleaved', interleaving: { against, share } },
    ...artifactOf(releaseId),
  });
const saysOf = (text: string) =>
  shop.until(`'${text}'`, () => {
    const { detail } = health.report().checks['release'] ?? {};
    return detail?.includes(text) ? detail : undefined;
  });
/** The list after what each of them does alike, at the same time. */
const twinList = async (userId: string): Promise<RecommendationList> => {
  const deeds = [3, 21, 22, 40, 7].map((item, n) => ({
    ...{ userId, itemId: itemIds[item] as string, eventTime: NOW + 1000 * n },
  }));
  return shop.listAfter(userId, (await shop.send(deeds)) + deeds.length - 1);
};

test('a list is drafted out of those of both releases, says so before the first, and is over by a word', async () => {
  await shop.release('one');
  await saysOf('made by one');
  const byOne = await twinList('of one');
  await shop.release('second', { purchases: unfittedPurchases });
  await saysOf('made by second');
  const bySecond = await twinList('of second');
  expect(byOne.items.map(({ itemId }) => itemId)).not.toEqual(bySecond.items.map(({ itemId }) => itemId));

  const begun = Date.now();
  await interleave('one', 'second', 1);
  const activation = await shop.activated('second+one');
  const list = await twinList('of both');
  expect(list.release).toBe('second+one');
  expect(Date.now() - begun).toBeLessThan(5000);
  expect(list.triggerOffset).toBeGreaterThanOrEqual(activation.fromOffset as number);
  expect(activation.at).toBeLessThanOrEqual(list.publishedAt);
  const { items, teams } = interleaveLists(bySecond.items, byOne.items, list.recommId);
  expect(list.items).toEqual(items);
  expect(list.snapshots[TEAMS_KEY]).toBe(teams);
  expect(teams).toMatch(/a.*b|b.*a/);
  expect(recommIdOf(list)).toBe(list.recommId);
  // one has no chances, and the word of the other would be two lists' in one
  expect(list.nextPurchases).toEqual(bySecond.nextPurchases);
  expect(list.nextPurchases).toHaveLength(5);
  // nobody's lists are made by no release
  await shop.sendItems([itemOf('i59', { stock: 0 })]);
  const strangers = await shop.until('the list for strangers without it', () => {
    const now = shop.current('*')?.list;
    return now?.items.every(({ itemId }) => itemId !== 'i59') ? now : undefined;
  });
  expect(strangers.release).toBe('untrained');
  expect(strangers.snapshots).not.toHaveProperty(TEAMS_KEY);
  await shop.sendItems([itemOf('i59')]);

  const told = shop.records.length;
  await interleave('one', 'second', 0);
  const alone = await shop.listBy('second', 'of both');
  expect(alone.snapshots).not.toHaveProperty(TEAMS_KEY);
  expect(shop.records.slice(told).filter(({ kind }) => kind === 'activated')).toMatchObject([{ releaseId: 'second' }]);
});

test('a share of the subjects gets drafts, the others the release in force, and who is held out no models', async () => {
  const share = 0.5;
  await shop.stopAll();
  await start({ options: { holdOut: { share, salt: 'may' } } });
  await interleave('one', 'second', share);
  await saysOf('made by second+one');
  const names = Array.from({ length: 24 }, (_, n) => `some-${n}`);
  const offset = await shop.send(names.map((userId) => ({ userId, itemId: 'i20' })));
  const found: string[] = [];
  for (const [at, userId] of names.entries()) found.push((await shop.listAfter(userId, offset + at)).release);
  const wanted = names.map((userId) => {
    if (holdOut(userId, { share, salt: 'may' }) === 'base') return 'untrained';
    return isInterleaved(userId, { name: 'second+one', share }) ? 'second+one' : 'second';
  });
  expect(found).toEqual(wanted);
  expect(new Set(found).size).toBe(3);

  // another share, and the same subjects and more
  await interleave('one', 'second', 1);
  const outside = names.find((_, at) => found[at] === 'second') as string;
  await shop.listBy('second+one', outside);
  await stop();
});

test('who takes over goes on with both, for as long as both may serve', async () => {
  await start();
  await saysOf('made by second+one');
  await shop.listBy('second+one', 'carl');
  const ends = async (releaseId: string, kind: 'promoted' | 'rolled_back', after: string) => {
    const begun = Date.now();
    await shop.sendRelease({ releaseId, kind, ...(kind === 'promoted' && artifactOf(releaseId)) });
    const list = await shop.listBy(after, 'carl');
    expect(list.snapshots).not.toHaveProperty(TEAMS_KEY);
    expect(Date.now() - begun).toBeLessThan(5000);
  };
  await ends('one', 'promoted', 'one');
  await interleave('second', 'one', 1);
  await shop.listBy('one+second', 'carl');
  await ends('second', 'rolled_back', 'one');
  await interleave('second', 'one', 1);
  await shop.listBy('one+second', 'carl');
  await shop.release('another');
  await shop.listBy('another', 'carl');
  await ends('another', 'rolled_back', 'one');
});

test('one that can not be loaded changes nothing, ends what was interleaved before it, and health says why', async () => {
  await shop.release('broken', { cut: true });
  await saysOf('broken is in force');
  await shop.sendRelease({ releaseId: 'broken', kind: 'rolled_back' });
  await saysOf('made by one');
  await interleave('second', 'one', 1);
  await shop.listBy('one+second', 'dora');
  await interleave('broken', 'one', 1);
  // what was drafted until then ends once it is known that this can't be
  const said = await saysOf('made by one; release broken is to be interleaved');
  expect(said).toMatch(/can't be loaded: recurrent\/weights\.bin/);
  expect(health.report().ok).toBe(true);
  expect((await shop.listBy('one', 'dora')).snapshots).not.toHaveProperty(TEAMS_KEY);
  await interleave('second', 'one', 1);
  await shop.listBy('one+second', 'dora');
  expect(await saysOf('made by one+second')).toBe('lists are made by one+second');
});
