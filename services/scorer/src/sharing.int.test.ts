import { NextcartError } from '@nextcart/contracts';
import type { Consumer, Kafka, RegistryClient } from '@nextcart/kafka';
import { afterEach, expect, inject, test } from 'vitest';
import { covisitsOf, itemIds, itemOf, openShop, type Shop, trendingOf } from './shop.fixture.ts';

let shop: Shop;
afterEach(() => shop.close());

test('two scorers share the partitions and the lists of the shop; one that leaves is taken over from', async () => {
  shop = await openShop(inject('urls'), { partitions: 4 });
  await shop.sendItems(itemIds.map((id) => itemOf(id)));
  await shop.snapshot('trending', trendingOf(itemIds));
  await shop.snapshot('covisits', covisitsOf(itemIds));
  const first = await shop.start();
  const second = await shop.start();
  await Promise.all([first.scorer.started, second.scorer.started]);
  const owns = (each: typeof first) => each.health.report().checks['consumer']?.detail ?? '';
  await shop.until(
    'an even split',
    () => [first, second].every((each) => /owns \d,\d,/.test(`${owns(each)},`)),
    30_000,
  );

  const send = async (round: number) => {
    for (let partition = 0; partition < 4; partition += 1)
      await shop.send([{ userId: `user ${partition}`, itemId: `i${10 * partition + round}` }], partition);
  };
  const everyone = (triggerOffset: number) =>
    shop.until('everyone has a list', () =>
      [0, 1, 2, 3].every((at) => shop.current(`user ${at}`)?.list?.triggerOffset === triggerOffset),
    );
  await send(0);
  await everyone(0);
  for (let partition = 0; partition < 4; partition += 1)
    expect(shop.current(`user ${partition}`)).toMatchObject({ partition, list: { partition } });

  const keys = ['*', ...itemIds.map((id) => `item:${id}`)];
  await shop.until('the lists of the shop', () => keys.every((key) => shop.current(key)?.list));
  expect(shop.current('*')?.partition).toBe(0);
  expect(new Set(keys.map((key) => shop.current(key)?.partition))).toEqual(new Set([0, 1, 2, 3]));
  for (const key of keys)
    expect(new Set(shop.read.filter((each) => each.key === key).map((each) => each.partition)).size).toBe(1);

  await second.stop();
  await send(1);
  await everyone(1);
  expect(shop.current('user 3')?.list?.items[0]?.itemId).toBe('i32');
  // who takes over has read the lists back, and does not write again what stands there
  expect(shop.read.filter(({ key }) => key === 'user 3')).toHaveLength(2);
});

test('a session that ends late does not take the partition from the one that came after it in the same process', async () => {
  shop = await openShop(inject('urls'));
  await shop.sendItems(itemIds.map((id) => itemOf(id)));
  await shop.snapshot('trending', trendingOf(itemIds));
  const sessions: Consumer[] = [];
  const session = async (options: Parameters<Kafka['consume']>[0]): Promise<Consumer> => {
    const consumer = await shop.kafka.consume(options);
    sessions.push(consumer);
    await shop.until('the partition', () => consumer.owned().length > 0, 30_000);
    return consumer;
  };
  let isSilent = false;
  const offsets = async (topic: string) =>
    isSilent ? Promise.reject(new Error('away')) : shop.kafka.admin.offsets(topic);
  const kafka: Kafka = {
    ...shop.kafka,
    admin: { ...shop.kafka.admin, offsets },
    consume: async (options) => {
      await session({ ...options, groupId: `${options.groupId}.old` });
      return session(options);
    },
  };
  const { scorer, metrics } = await shop.start({ kafka });
  await scorer.started;
  isSilent = true;
  await sessions[0]?.close();
  const offset = await shop.send([{ userId: 'anna', itemId: 'i20' }]);
  await shop.until('the list', () => shop.current('anna')?.list?.triggerOffset === offset);
  await shop.until('the commit', async () => (await shop.committed()) === offset + 1);

  // a lag that nobody knows is no lag that once was, nor is that of a partition that others have
  const lag = async () => (await metrics.text()).match(/lag_events\{.*/g);
  await shop.until('the lag', async () => (await lag())?.[0].endsWith('} -1'));
  await sessions[1]?.close();
  expect(await lag()).toBeNull();
});

test('a partition that waits for the schema registry is given away all the same', async () => {
  shop = await openShop(inject('urls'));
  const registry: RegistryClient = {
    ...shop.registry,
    schema: () => Promise.reject(new NextcartError('registry_unavailable', 'it is away', { retry: true })),
  };
  let isReleased = false;
  const kafka: Kafka = {
    ...shop.kafka,
    consume: (options) =>
      shop.kafka.consume({
        ...options,
        onAssigned: async (assignment) => {
          const handler = await options.onAssigned(assignment);
          const release = async (lost: boolean) => {
            await handler.release(lost);
            isReleased = true;
          };
          return { ...handler, release };
        },
      }),
  };
  const first = await shop.start({ kafka, registry });
  await first.scorer.started;
  await shop.send([{ userId: 'anna', itemId: 'i20' }]);
  await shop.until('the wait', () => first.health.report().checks['servers']?.detail.includes('away'), 30_000);
  const second = await shop.start();
  await second.scorer.started;
  await shop.until('the release', () => isReleased, 30_000);
  expect(isReleased).toBe(true);
});
