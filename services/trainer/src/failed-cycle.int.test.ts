import { modelKinds } from '@nextcart/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOwnTrainer } from './cycle.fixture.ts';
import { openShop, payloadOf, resultOf, type Shop, TOPIC_ID } from './trainer.fixture.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

test('a cycle that failed is made again by the same plan, when what it failed for is mended', async () => {
  const [{ budget, seed }, ranges] = [payloadOf(1), [0, 1].map((partition) => ({ partition, from: 0, to: 600 }))];
  const slice = ranges.map(({ partition, to }) => ({ partition, from: to, to: 720 }));
  const same = { parent: null, topicId: TOPIC_ID, ranges, seed, budget };
  const cycle = { trainings: modelKinds.map((kind) => ({ kind, ...same })), release: { ...same, slice } };
  const small = await startOwnTrainer(shop, {}, { memoryBytes: 1000 });
  const jobId = await shop.queue.addCycle(cycle);
  await expect(resultOf<'release'>(shop.queue, jobId)).rejects.toThrow('raise TRAINER_MEMORY_GIB');
  await small.close();

  const large = await startOwnTrainer(shop);
  expect(await shop.queue.addCycle(cycle)).toBe(jobId);
  expect(await resultOf<'release'>(shop.queue, jobId)).toMatchObject({ release: jobId });
  // and one that has ended is that one
  expect(await shop.queue.addCycle(cycle)).toBe(jobId);
  expect(await large.completed('train')).toBe(2);
  await large.close();
});
