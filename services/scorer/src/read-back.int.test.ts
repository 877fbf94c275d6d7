import { setTimeout as pause } from 'node:timers/promises';
import type { Kafka } from '@nextcart/kafka';
import { afterEach, expect, inject, test } from 'vitest';
import { itemIds, itemOf, openShop, type Shop, trendingOf } from './shop.fixture.ts';

let shop: Shop;
afterEach(() => shop.close());

test('the list of a visitor who signed in while no scorer ran goes, also where lists are not read back in time', async () => {
  shop = await openShop(inject('urls'));
  await shop.sendItems(itemIds.map((id) => itemOf(id)));
  await shop.snapshot('trending', trendingOf(itemIds));
  const first = await shop.start();
  await first.scorer.started;
  const offset = await shop.send([{ visitorId: 'device', itemId: 'i20' }]);
  await shop.until('the list', () => shop.current('device')?.list);
  await shop.until('the commit', async () => (await shop.committed()) === offset + 1);
  await first.stop();
  await shop.send([{ eventType: 'identify', visitorId: 'device', userId: 'anna', itemId: null }]);
  const slow: Kafka = {
    ...shop.kafka,
    tail: (options) =>
      shop.kafka.tail({
        ...options,
        onRecords: async (...read) => {
          if (options.topic === shop.names.lists) await pause(3000);
          await options.onRecords(...read);
        },
      }),
  };
  const second = await shop.start({ kafka: slow, options: { learnTimeoutMs: 0 } });
  await second.scorer.started;
  await shop.until('the tombstone', () => shop.current('device')?.list === null);
  expect(shop.current('device')?.list).toBeNull();
});

test('a list that comes late from a frozen scorer goes again, where nothing was shown and nothing had to be taken back', async () => {
  shop = await openShop(inject('urls'));
  await shop.sendItems(itemIds.map((id) => itemOf(id)));
  await shop.snapshot('trending', trendingOf(itemIds));
  const { scorer } = await shop.start();
  await scorer.started;
  const first = await shop.send([
    { visitorId: 'another', itemId: 'i20' },
    { eventType: 'identify', visitorId: 'device', userId: 'anna', itemId: null },
  ]);
  await shop.until('the commit', async () => (await shop.committed()) === first + 2);
  const { list } = await shop.until('a list', () => shop.current('another'));
  await shop.sendList({ ...(list as NonNullable<typeof list>), subject: 'device', triggerOffset: first });
  await shop.until('the late list', () => shop.current('device')?.list);
  await shop.until('the tombstone', () => shop.current('device')?.list === null);
  expect(shop.current('device')?.list).toBeNull();
});

test('so does one that comes while the next owner still folds what was answered before', async () => {
  shop = await openShop(inject('urls'));
  await shop.sendItems(itemIds.map((id) => itemOf(id)));
  await shop.snapshot('trending', trendingOf(itemIds));
  const first = await shop.start();
  await first.scorer.started;
  const offset = await shop.send([
    { visitorId: 'another', itemId: 'i20' },
    { eventType: 'identify', visitorId: 'device', userId: 'anna', itemId: null },
  ]);
  await shop.until('the commit', async () => (await shop.committed()) === offset + 2);
  const { list } = await shop.until('a list', () => shop.current('another'));
  await first.stop();

  const mayFold = Promise.withResolvers<void>();
  let isAssigned = false;
  const seen = new Set<string>();
  const slow: Kafka = {
    ...shop.kafka,
    tail: (options) =>
      shop.kafka.tail({
        ...options,
        onRecords: async (...read) => {
          await options.onRecords(...read);
          if (options.topic === shop.names.lists) for (const { key } of read[1]) seen.add(String(key));
        },
      }),
    consume: (options) =>
      shop.kafka.consume({
        ...options,
        onAssigned: async (assignment) => {
          const handler = await options.onAssigned(assignment);
          isAssigned = true;
          return { ...handler, process: (...some) => mayFold.promise.then(() => handler.process(...some)) };
        },
      }),
  };
  const second = await shop.start({ kafka: slow });
  await second.scorer.started;
  await shop.until('the partition', () => isAssigned && seen.has('another'), 30_000);
  await shop.sendList({ ...(list as NonNullable<typeof list>), subject: 'device', triggerOffset: offset });
  await shop.until('the late list', () => seen.has('device'));
  mayFold.resolve();
  await shop.until('the tombstone', () => shop.current('device')?.list === null);
  expect(shop.current('device')?.list).toBeNull();
});
