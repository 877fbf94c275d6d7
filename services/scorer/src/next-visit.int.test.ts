import { isForNextVisit, type RecommendationList } from '@nextcart/contracts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { covisitsOf, itemIds, itemOf, openShop, type Shop, trendingOf } from './shop.fixture.ts';

/** A shop whose visits end after a second. */
const options = { visitGapMs: 1000 };
let shop: Shop;
let scorer: Awaited<ReturnType<Shop['start']>>;
beforeAll(async () => {
  shop = await openShop(inject('urls'));
  await shop.sendItems(itemIds.map((id) => itemOf(id)));
  await shop.snapshot('trending', trendingOf(itemIds));
  await shop.snapshot('covisits', covisitsOf(itemIds));
  scorer = await shop.start({ options });
  await scorer.scorer.started;
});
afterAll(() => shop.close());

const listsOf = (key: string): RecommendationList[] =>
  shop.read.flatMap((each) => (each.key === key && each.list !== null ? [each.list] : []));
const listFor = (key: string, visit: 'this' | 'next', where: (list: RecommendationList) => boolean = () => true) =>
  shop.until(`the list of ${key} for the ${visit} visit`, () => {
    const list = listsOf(key).at(-1);
    return list && isForNextVisit(list.snapshots) === (visit === 'next') && where(list) ? list : undefined;
  });
const idsOf = ({ items }: RecommendationList) => items.map(({ itemId }) => itemId);

test('when a visit has ended its list is made again for the next one, once, and with the next event for that', async () => {
  const offset = await shop.send([
    { userId: 'anna', itemId: 'i52' },
    { userId: 'anna', itemId: 'i7' },
  ]);
  const next = await listFor('anna', 'next');
  expect(
    listsOf('anna')
      .slice(0, -1)
      .some(({ snapshots }) => isForNextVisit(snapshots)),
  ).toBe(false);
  expect(next.triggerOffset).toBe(offset + 1);
  expect(next.items.slice(0, 2).map(({ itemId, source }) => [itemId, source])).toEqual([
    ['i7', 'history'],
    ['i52', 'history'],
  ]);
  // timed from when it was asked for, not from the event that was long ago
  expect(next.publishedAt - next.appendedAt).toBeLessThan(1000);
  expect(next.appendedAt - (listsOf('anna').at(-2) as RecommendationList).appendedAt).toBeGreaterThanOrEqual(900);
  const written = listsOf('anna').length;
  await shop.send([{ userId: 'ben', itemId: 'i1' }]);
  await listFor('ben', 'next');
  expect(listsOf('anna')).toHaveLength(written);

  const back = await shop.send([{ userId: 'anna', itemId: 'i7' }]);
  const list = await listFor('anna', 'this', ({ triggerOffset }) => triggerOffset === back);
  expect(list.items[0]?.itemId).toBe('i8');
});

test('it stays one for the next visit, by whoever is in charge of the partition', async () => {
  await shop.send([{ userId: 'cleo', itemId: 'i20' }]);
  expect(idsOf(await listFor('cleo', 'next'))).toContain('i22');
  await shop.sendItems([itemOf('i22', { stock: 0 })]);
  await listFor('cleo', 'next', (list) => !idsOf(list).includes('i22'));
  await scorer.stop();
  scorer = await shop.start({ options });
  await scorer.scorer.started;
  const written = listsOf('cleo').length;
  await shop.sendItems([itemOf('i23', { stock: 0 })]);
  const after = await listFor('cleo', 'next', (list) => !idsOf(list).includes('i23'));
  expect(idsOf(after)[0]).toBe('i20');
  expect(listsOf('cleo')).toHaveLength(written + 1);
});

test('a visit that a scorer did not see the end of is ended by the one that takes over', async () => {
  const offset = await shop.send([{ userId: 'dora', itemId: 'i30' }]);
  await listFor('dora', 'this', ({ triggerOffset }) => triggerOffset === offset);
  await scorer.stop();
  scorer = await shop.start({ options });
  await scorer.scorer.started;
  expect((await listFor('dora', 'next')).triggerOffset).toBe(offset);
});
