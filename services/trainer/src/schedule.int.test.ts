import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clickhouseConnection } from '@nextcart/clickhouse';
import { createHealth, createLogger, createMetrics, createWaiting, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connectRedis } from './redis.ts';
import { openShop, resultOf, type Shop, settings, TOPIC_ID, until } from './trainer.fixture.ts';
import { createTrainer } from './trainer.ts';

let shop: Shop;
let dataDir: string;
beforeAll(async () => {
  shop = await openShop();
  dataDir = await mkdtemp(join(tmpdir(), 'trainer-'));
});
afterAll(async () => {
  await shop.close();
  await rm(dataDir, { recursive: true });
});

test('by the clock, a training of all that the store has begins; without new events there is no second one', async () => {
  const [log, health] = [createLogger('test', 'fatal'), createHealth()];
  const [redis, metrics] = [connectRedis(inject('urls').redisUrl, { log, health }), createMetrics('trainer')];
  const connection = clickhouseConnection({ CLICKHOUSE_URL: shop.clickhouseUrl });
  const plan = { kind: 'recurrent', seed: 1, budget: { epochs: 2, seconds: 60 } } as const;
  const trainer = createTrainer({
    ...{ store: shop.store, connection, clock: systemClock, log, health, metrics, settings, dataDir },
    ...{ waiting: createWaiting(), logLevel: 'error', threads: 1, memoryBytes: 2 ** 30, topicId: async () => TOPIC_ID },
    queue: { redis, prefix: shop.prefix },
    queueSettings: { concurrency: 2, lockMs: 5000, attempts: 2, retryMs: 100, keepJobs: 50 },
    schedule: { everyMs: 500, plan },
  });
  trainer.start();
  const ended = async (job: string) =>
    Number(new RegExp(`jobs_total\\{job="${job}",end="completed"\\} (\\d+)`).exec(await metrics.text())?.[1] ?? 0);
  await until('it was trained', async () => (await ended('train')) === 1);
  const planned = await ended('plan-training');
  await until('it is planned again', async () => (await ended('plan-training')) >= planned + 2);
  expect(await ended('train')).toBe(1);
  const ranges = [0, 1].map((partition) => ({ partition, from: 0, to: 720 }));
  const jobId = await shop.queue.train({ ...plan, topicId: TOPIC_ID, ranges });
  expect(await resultOf(shop.queue, jobId)).toMatchObject({ events: 1440, epochs: 2 });
  await shop.queue.schedule(0, plan);
  await systemClock.sleep(1000);
  const last = await ended('plan-training');
  await systemClock.sleep(1500);
  expect(await ended('plan-training')).toBe(last);
  expect(health.report().ok).toBe(true);
  await trainer.close();
  redis.disconnect();
});
