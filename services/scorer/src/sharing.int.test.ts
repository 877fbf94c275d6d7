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
