import { readSegments } from '@nextcart/clickhouse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertCatalogue, type OwnTrainer, passing, passingPlan, startOwnTrainer } from '../cycle.fixture.ts';
import { needsIdOf } from '../job-ids.ts';
import { jobOf, openShop, resultOf, type Shop, until } from '../trainer.fixture.ts';

let shop: Shop;
let own: OwnTrainer;
beforeAll(async () => {
  shop = await openShop();
  await insertCatalogue(shop.store);
  const queueSettings = { concurrency: 1, lockMs: 5000, attempts: 10, retryMs: 500, keepJobs: 50, limitMs: 60_000 };
  own = await startOwnTrainer(shop, {}, { settings: passing, queueSettings });
});
afterAll(async () => {
  await own.close();
  await shop.close();
});

test('a release is in force and its cycle has ended while its needs fail; they are tried again by themselves', async () => {
  const { queue, store } = shop;
  await store.command('RENAME TABLE segments TO segments_away');
  const { jobId } = await resultOf<'plan-cycle'>(queue, await queue.plan(passingPlan));
  const cycle = jobId as string;
  const release = await resultOf<'release'>(queue, cycle);
  expect(release.verdict, release.reasons.join('\n')).toBe('pass');
  expect((await own.releases.read()).line.inForce()?.releaseId).toBe(cycle);
  const needs = () => jobOf<'needs'>(queue, needsIdOf(cycle));
  await until('its needs have failed', async () => (await needs()).attemptsMade > 0);
  expect((await needs()).failedReason).toContain('segments');
  expect((await needs()).finishedOn).toBeUndefined();
  await store.command('RENAME TABLE segments_away TO segments');
  expect(await resultOf<'needs'>(queue, needsIdOf(cycle))).toMatchObject({ kind: 'written', subjects: 120 });
  expect(await readSegments(store, cycle)).not.toEqual([]);
  expect(await own.completed('release')).toBe(1);
});
