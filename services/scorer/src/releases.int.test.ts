import { mkdtemp, open, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { holdOut, type ModelRelease, type RecommendationList } from '@nextcart/contracts';
import { unfittedPurchases } from '@nextcart/models/testing';
import { defaultConfiguration } from '@nextcart/ranking';
import { createLogger, type Health } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openReleaseShop, type ReleaseShop } from './release-shop.fixture.ts';
import { type EventOver, itemIds, itemOf, NOW } from './shop.fixture.ts';

/** Releases taken over, given back and refused while lists go on. */

let shop: ReleaseShop;
let health: Health;
beforeAll(async () => {
  shop = await openReleaseShop(inject('urls'));
  const { scorer, health: told } = await shop.start();
  health = told;
  await scorer.started;
});
afterAll(() => shop.close());

test('a release is taken over within seconds, said so before its first list, and rolled back likewise', async () => {
  const first = await shop.listAfter('anna', await shop.send([{ userId: 'anna', itemId: 'i20' }]));
  expect(first.release).toBe('untrained');

  const begun = Date.now();
  await shop.release('one');
  const activation = await shop.activated('one');
  expect(Date.now() - begun).toBeLessThan(5000);
  expect(activation).toMatchObject({ partition: 0, fromOffset: first.triggerOffset + 1 });
  const list = await shop.listBy('one', 'anna');
  expect(list.items.some(({ source }) => source === 'recurrent' || source === 'autoencoder')).toBe(true);
  expect(list.triggerOffset).toBeGreaterThanOrEqual(activation.fromOffset as number);
  expect(activation.at).toBeLessThanOrEqual(list.publishedAt);

  await shop.release('second');
  await shop.activated('second');
  const changed = await shop.listBy('second', 'anna');
  expect(changed.items.map(({ itemId }) => itemId)).not.toEqual(list.items.map(({ itemId }) => itemId));

  const back = Date.now();
  await shop.sendRelease({ releaseId: 'second', kind: 'rolled_back' });
  await shop.listBy('one', 'anna');
  expect(Date.now() - back).toBeLessThan(5000);

  // and to none at all, and back
  await shop.sendRelease({ releaseId: 'one', kind: 'rolled_back' });
  await shop.listBy('untrained', 'anna');
  expect(shop.records.findLast(({ kind }) => kind === 'activated')?.releaseId).toBe('untrained');
  await shop.sendRelease({
    ...(shop.records.find(({ releaseId }) => releaseId === 'one') as ModelRelease),
    kind: 'promoted',
  });
  await shop.listBy('one', 'anna');
});

test('a release that can say so tells what is bought next, of what may be shown, as often as it is asked for', async () => {
  expect((await shop.listBy('one', 'dora')).nextPurchases).toEqual([]);
  await shop.release('calibrated', { purchases: unfittedPurchases });
  await shop.activated('calibrated');
  const { nextPurchases } = await shop.listBy('calibrated', 'dora');
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
  const list = await shop.listAfter('dora', await shop.send([{ userId: 'dora', itemId: 'i33' }]));
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
  await shop.listBy('one', 'dora');
});

test('the same history gives the same list, hot for a long time or just come back', async () => {
  const events = Array.from({ length: 70 }, (_, n) => ({ userId: 'ben', itemId: itemIds[(n * 11) % 60] as string }));
  let last = 0;
  for (const event of events) last = await shop.send([event]);
  const hot = await shop.listAfter('ben', last);
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
    const list = await shop.listAfter(userId, offset + at);
    expect([userId, list.release]).toEqual([userId, arms[at] === 'base' ? 'untrained' : 'one']);
  }
  await stop();
  const again = await shop.start();
  await again.scorer.started;
  health = again.health;
  await shop.until('readiness', () => health.report().ok);
});

test('models that fail in force are left for the other parts, which lists name, and health, log and topic say so', async () => {
  await shop.stopAll();
  const folder = await mkdtemp(join(tmpdir(), 'scorer-log-'));
  const file = await open(join(folder, 'log'), 'w+');
  const { scorer, health: told, stop } = await shop.start({ log: createLogger('scorer', 'error', file.fd) });
  await scorer.started;
  const sources = ({ items }: RecommendationList) => new Set(items.map(({ source }) => source));
  const models = ['recurrent', 'autoencoder'] as const;
  const after = async (userId: string, event: EventOver) =>
    shop.listAfter(userId, await shop.send([{ userId, ...event }]));

  await shop.release('failing', { failing: true });
  await shop.activated('failing');
  const fused = await after('eva', { itemId: 'i20' });
  expect(fused.release).toBe('failing');
  expect(models.some((source) => sources(fused).has(source))).toBe(true);
  // what is loaded goes on, whatever becomes of its files
  const { artifactUri } = shop.records.find(({ releaseId }) => releaseId === 'failing') as ModelRelease;
  await truncate(join(fileURLToPath(artifactUri as string), 'recurrent', 'weights.bin'), 100);
  expect((await after('eva', { itemId: 'i40' })).release).toBe('failing');

  const seen = shop.records.length;
  const neighbours = await after('eva', { itemId: 'i20', eventType: 'cart' });
  expect(neighbours.release).toBe('untrained');
  expect(neighbours.items[0]).toMatchObject({ itemId: 'i21', source: 'covisit' });
  for (const source of models) expect(sources(neighbours)).not.toContain(source);
  const said = await shop.until('the reason', () => {
    const { detail } = told.report().checks['release'] ?? {};
    return detail?.includes('failing') ? detail : undefined;
  });
  expect(said).toBe('release failing is in force and its models failed: the log has models_failed');
  expect(told.report().ok).toBe(true);
  expect(await readFile(join(folder, 'log'), 'utf8')).toMatch(/"release":"failing".*"msg":"models_failed"/);
  const activation = await shop.until('the activation', () =>
    shop.records.slice(seen).find(({ kind }) => kind === 'activated'),
  );
  expect(activation).toMatchObject({ releaseId: 'untrained', partition: 0 });

  // without neighbours by content, without anything by what trends
  const searched = await after('fay', { eventType: 'search', query: 'item i33' });
  expect(searched).toMatchObject({ release: 'untrained' });
  expect(searched.items[0]).toMatchObject({ itemId: 'i33', source: 'content' });
  const strangers = shop.current('*')?.list as RecommendationList;
  expect([strangers.release, sources(strangers)]).toEqual(['untrained', new Set(['trending'])]);

  await stop();
  await file.close();
  await rm(folder, { recursive: true });
  const again = await shop.start();
  await again.scorer.started;
  health = again.health;
  expect((await after('eva', { itemId: 'i20' })).release).toBe('untrained');
  expect(health.report().checks['release']?.detail).toMatch(/^release failing is in force and can't be loaded: recur/);
  await shop.sendRelease({ releaseId: 'failing', kind: 'rolled_back' });
  await shop.listBy('one', 'eva');
});

test.each([
  ['cut short', 'cut', { cut: true }, /recurrent\/weights\.bin/],
  ['of another hash', 'mistaken', { wrongHash: true }, /has hash/],
  ['of another catalogue', 'foreign', { items: itemIds.map((id) => `x${id}`) }, /another catalogue/],
] as const)('a release that is %s changes nothing, and health says why', async (_, releaseId, options, words) => {
  await shop.release(releaseId, options);
  const said = await shop.until('the reason', () => {
    const { detail } = health.report().checks['release'] ?? {};
    return detail?.includes(releaseId) ? detail : undefined;
  });
  expect(said).toMatch(words);
  expect(health.report().ok).toBe(true);
  await shop.listBy('one', 'clara');
  await shop.sendRelease({ releaseId, kind: 'rolled_back' });
});

test('the person on call can be told how old the release is that serves, and that one is refused', async () => {
  await shop.stopAll();
  const { scorer, metrics, stop } = await shop.start();
  await scorer.started;
  const gauge = async (name: string) =>
    Number(new RegExp(`^nextcart_scorer_${name} (\\S+)$`, 'm').exec(await metrics.text())?.[1]);
  const before = Date.now();
  await shop.release('aged');
  /** Of that release, not of the ones before it. */
  const isItsAge = (age: number) => age >= 0 && age <= (Date.now() - before) / 1000;
  await shop.until('its age', async () => isItsAge(await gauge('release_age_seconds')));
  expect(await gauge('release_refused')).toBe(0);
  await shop.release('unaged', { cut: true });
  await shop.until('the alarm', async () => (await gauge('release_refused')) === 1);
  expect(isItsAge(await gauge('release_age_seconds'))).toBe(true);
  for (const releaseId of ['unaged', 'aged']) await shop.sendRelease({ releaseId, kind: 'rolled_back' });
  await shop.until('the end of the alarm', async () => (await gauge('release_refused')) === 0);
  await stop();
});

test('lists are ordered by the chances of a release where prices have a share, listed beside them or not', async () => {
  await shop.stopAll();
  await shop.release('by chances', { purchases: unfittedPurchases });
  /** What each scorer makes of the same deeds. */
  const listWith = async (userId: string, changes: object) => {
    const { scorer, stop } = await shop.start({ options: { configuration: { ...defaultConfiguration, ...changes } } });
    await scorer.started;
    await shop.listBy('by chances', 'gina');
    const deeds = [3, 21, 40].map((item, n) => ({
      userId,
      itemId: itemIds[item] as string,
      eventTime: NOW + 1000 * n,
    }));
    const list = await shop.listAfter(userId, (await shop.send(deeds)) + deeds.length - 1);
    await stop();
    return list.items.map(({ itemId }) => itemId);
  };
  const listed = await listWith('erna', { revenueShare: 1 });
  expect(await listWith('fred', { revenueShare: 1, nextPurchases: 0 })).toEqual(listed);
  expect(await listWith('hans', {})).not.toEqual(listed);
});
