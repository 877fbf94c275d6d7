/** Redis away for longer than a lock lasts, and Redis that comes back without anything in it. */
import { systemClock } from '@nextcart/runtime';
import { createDoor } from '@nextcart/runtime/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertCatalogue, passing, startOwnTrainer } from './cycle.fixture.ts';
import { epochOf, jobOf, openShop, payloadOf, resultOf, type Shop, until } from './trainer.fixture.ts';

let shop: Shop;
let redis: Redis;
beforeAll(async () => {
  shop = await openShop();
  redis = new Redis(shop.redisUrl);
});
afterAll(async () => {
  redis.disconnect();
  await shop.close();
});

const weightsOf = async (jobId: string) => (await shop.trained(jobId)).models.recurrent?.weights;

test('Redis away for thirty seconds, its lock long gone: the trainer ends its job by itself, to the same weights', {
  timeout: 120_000,
}, async () => {
  const { queue } = shop;
  const door = await createDoor(shop.redisUrl);
  const trainer = await shop.trainer({ REDIS_URL: door.url, TRAINER_LOCK_S: '2' });
  const epochs = 80;
  const [undisturbed, jobId] = await Promise.all(
    [100, 101].map((seconds) => queue.train(payloadOf(epochs, { budget: { epochs, seconds } }))),
  );
  await resultOf(queue, undisturbed as string);
  await until('it learns', async () => (await epochOf(queue, jobId as string)) >= 5);
  await door.shut();
  await until('health is red', async () => !(await trainer.health()).ok);
  await systemClock.sleep(30_000);
  expect((await jobOf(queue, jobId as string)).finishedOn).toBeUndefined();
  await door.open();
  await resultOf(queue, jobId as string);
  expect(await weightsOf(jobId as string)).toEqual(await weightsOf(undisturbed as string));
  expect((await trainer.health()).ok).toBe(true);
  const next = await queue.train(payloadOf(2));
  expect(await resultOf(queue, next)).toMatchObject({ trained: next });
  await trainer.kill();
  await door.shut();
});

test('Redis emptied under a running trainer: schedules are back by themselves, and the cycle that was lost is made again', {
  timeout: 120_000,
}, async () => {
  await insertCatalogue(shop.store);
  const door = await createDoor(shop.redisUrl);
  const own = await startOwnTrainer(
    { ...shop, redisUrl: door.url },
    {
      ...{ cleanUpEveryMs: 3_600_000, fullEveryMs: 3_600_000, warmEveryMs: 3_600_000 },
      ...{ watchEveryMs: 300, firstEvents: 1440, plan: { seed: 1, budget: { epochs: 400, seconds: 100 } } },
    },
    { settings: passing },
  );
  const names = ['warm', 'full', 'clean-up'];
  const scheduled = () => Promise.all(names.map((name) => shop.queue.isScheduled(name)));
  const cycle = async () => (await shop.queue.notes.last('full'))?.jobId;
  await until('all comes by the clock', async () => (await scheduled()).every(Boolean));
  await until('a cycle is at work', async () => (await cycle()) !== undefined);
  const lost = (await cycle()) as string;
  const learning = lost.replace('release', 'recurrent');
  await until('it learns', async () => (await epochOf(shop.queue, learning)) >= 0);
  const cleanedUp = await own.completed('clean-up');

  // a server that starts again with an empty folder has neither keys nor scripts
  await door.shut();
  await redis.del(...(await redis.keys(`${shop.prefix}:*`)));
  await redis.script('FLUSH');
  await door.open();

  await until('schedules are back', async () => (await scheduled()).every(Boolean));
  await until('one has come', async () => (await own.completed('clean-up')) > cleanedUp);
  await until('a cycle is made again', async () => (await cycle()) !== undefined);
  expect(await cycle()).toBe(lost);
  expect(await resultOf<'release'>(shop.queue, lost)).toMatchObject({ release: lost });
  expect((await own.releases.read()).records.map(({ releaseId }) => releaseId)).toEqual([lost]);
  await own.close();
  await door.shut();
});
