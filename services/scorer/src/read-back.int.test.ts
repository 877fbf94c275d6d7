import { setTimeout as pause } from 'node:timers/promises';
import type { Kafka } from '@nextcart/kafka';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { itemIds, itemOf, openShop, type Shop, trendingOf } from './shop.fixture.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop(inject('urls'));
  await shop.sendItems(itemIds.map((id) => itemOf(id)));
  await shop.snapshot('trending', trendingOf(itemIds));
});
afterEach(() => shop.close());

/** The shop's broker; `read` is called with the keys of lists that come, in the place of who reads them (`goOn`). */
const readingLists = (read: (keys: readonly string[], goOn: () => Promise<void>) => Promise<void>): Kafka => ({
  ...shop.kafka,
  tail: (options) =>
    shop.kafka.tail({
      ...options,
      onRecords: (partition, records, nextOffset) => {
        const goOn = () => options.onRecords(partition, records, nextOffset);
        if (options.topic !== shop.names.lists) return goOn();
        return read(
          records.map(({ key }) => String(key)),
          goOn,
        );
      },
    }),
});

/** By a scorer that runs: one who looked at something has a list, a device that signed in has none. */
const untilAnswered = async () => {
  const offset = await shop.send([
    { visitorId: 'another', itemId: 'i20' },
    { eventType: 'identify', visitorId: 'device', userId: 'anna', itemId: null },
  ]);
  await shop.until('the commit', async () => (await shop.committed()) === offset + 2);
  const { list } = await shop.until('a list', () => shop.current('another'));
  /** As a frozen scorer writes it that knew the device before it signed in. */
  return { lateList: { ...(list as NonNullable<typeof list>), subject: 'device', triggerOffset: offset } };
};

test('the list of a visitor who signed in while no scorer ran goes, also where lists are not read back in time', async () => {
  const first = await shop.start();
  await first.scorer.started;
  const offset = await shop.send([{ visitorId: 'device', itemId: 'i20' }]);
  await shop.until('the list', () => shop.current('device')?.list);
  await shop.until('the commit', async () => (await shop.committed()) === offset + 1);
  await first.stop();
  await shop.send([{ eventType: 'identify', visitorId: 'device', userId: 'anna', itemId: null }]);
  const slow = readingLists(async (_, goOn) => {
    await pause(3000);
    await goOn();
  });
  const second = await shop.start({ kafka: slow, options: { learnTimeoutMs: 0 } });
  await second.scorer.started;
  await shop.until('the tombstone', () => shop.current('device')?.list === null);
  expect(shop.current('device')?.list).toBeNull();
});

test('a list that comes late from a frozen scorer goes again, where nothing was shown and nothing had to be taken back', async () => {
  const { scorer } = await shop.start();
  await scorer.started;
  const { lateList } = await untilAnswered();
  await shop.sendList(lateList);
  await shop.until('the late list', () => shop.current('device')?.list);
  await shop.until('the tombstone', () => shop.current('device')?.list === null);
  expect(shop.current('device')?.list).toBeNull();
});

test('so does one that comes while the next owner still folds what was answered before', async () => {
  const first = await shop.start();
  await first.scorer.started;
  const { lateList } = await untilAnswered();
  await first.stop();

  const mayFold = Promise.withResolvers<void>();
  let isAssigned = false;
  const seen = new Set<string>();
  const slow: Kafka = {
    ...readingLists(async (keys, goOn) => {
      await goOn();
      for (const key of keys) seen.add(key);
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
  await shop.sendList(lateList);
  await shop.until('the late list', () => seen.has('device'));
  mayFold.resolve();
  await shop.until('the tombstone', () => shop.current('device')?.list === null);
  expect(shop.current('device')?.list).toBeNull();
});
