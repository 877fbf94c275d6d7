import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { openReleaseShop, type ReleaseShop } from './release-shop.fixture.ts';
import { itemIds } from './shop.fixture.ts';

/** More lists to be made than there is time to ask models for. */

const SUBJECTS = 200;

let shop: ReleaseShop;
beforeEach(async () => {
  shop = await openReleaseShop(inject('urls'));
});
afterEach(() => shop.close());

test('a rush gets lists without models at once, and those with models when it is over, without another event', async () => {
  const { scorer, metrics } = await shop.start({ options: { modelsWithinMs: 4 } });
  await scorer.started;
  await shop.release('one');
  await shop.activated('one');
  await shop.listBy('one', 'anna');
  const users = Array.from({ length: SUBJECTS }, (_, n) => `user ${n}`);
  const first = await shop.send(users.map((userId, n) => ({ userId, itemId: itemIds[n % itemIds.length] as string })));
  const listOf = (user: string) => shop.current(user)?.list;
  await shop.until('a list for everybody', () => users.every((user) => listOf(user) != null));
  const hurried = Number((await metrics.text()).match(/hurried_total (\d+)/)?.[1]);
  expect(hurried).toBeGreaterThan(SUBJECTS / 4);

  await shop.until('lists by models for all', () => users.every((user) => listOf(user)?.release === 'one'));
  // each still the list of its own event
  expect(users.map((user) => listOf(user)?.triggerOffset)).toEqual(users.map((_, n) => first + n));
});

test('a list of a rush that a scorer leaves behind is made again with models by the next one', async () => {
  const first = await shop.start();
  await first.scorer.started;
  await shop.release('one');
  await shop.activated('one');
  const list = await shop.listBy('one', 'anna');
  await shop.until('the commit', async () => (await shop.committed()) === list.triggerOffset + 1);
  await first.stop();
  await shop.sendList({ ...list, release: 'untrained', items: list.items.toReversed() });
  await shop.until('the list of the rush', () => shop.current('anna')?.list?.release === 'untrained');
  const second = await shop.start();
  await second.scorer.started;
  const again = await shop.until('a list by models', () => {
    const newest = shop.current('anna')?.list;
    return newest?.release === 'one' && newest;
  });
  expect(again.triggerOffset).toBe(list.triggerOffset);
});
