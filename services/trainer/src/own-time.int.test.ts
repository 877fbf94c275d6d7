import { modelKinds } from '@nextcart/contracts';
import { systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertCatalogue, type OwnTrainer, passing, passingPlan, startOwnTrainer } from './cycle.fixture.ts';
import { openShop, resultOf, type Shop } from './trainer.fixture.ts';

const [LIMIT_MS, BUDGET_MS] = [7_777_777, passingPlan.budget.seconds * 1000];
/** Limits that are counted down. */
let counting = 0;
/** How many were when the budget of a training began, training by training. */
const beside: number[] = [];
const clock = {
  ...systemClock,
  sleep: async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (ms === BUDGET_MS) beside.push(counting);
    const isLimit = ms > LIMIT_MS / 2;
    if (isLimit) counting += 1;
    try {
      await systemClock.sleep(ms, signal);
    } finally {
      if (isLimit) counting -= 1;
    }
  },
};

let shop: Shop;
let own: OwnTrainer;
beforeAll(async () => {
  shop = await openShop();
  await insertCatalogue(shop.store);
  const queueSettings = { concurrency: 2, lockMs: 5000, attempts: 2, retryMs: 100, keepJobs: 50, limitMs: LIMIT_MS };
  own = await startOwnTrainer(shop, {}, { clock, settings: passing, queueSettings });
});
afterAll(async () => {
  await own.close();
  await shop.close();
});

test('the passes over a slice have the budget of a training, and the limit of other jobs stands still beside them', {
  timeout: 120_000,
}, async () => {
  const { jobId } = await resultOf<'plan-cycle'>(shop.queue, await shop.queue.plan(passingPlan));
  expect(await resultOf<'release'>(shop.queue, jobId as string)).toMatchObject({ verdict: 'pass' });
  expect(beside.length).toBe(2 * modelKinds.length);
  expect(beside.slice(modelKinds.length)).toEqual(modelKinds.map(() => 0));
});
