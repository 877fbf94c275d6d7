import { type CatalogItem, categoryText } from '@nextcart/contracts';
import { describe, expect, test } from 'vitest';
import type { FilterName } from './filters.ts';
import { DAY_MS, type Deed, historyOf, idOf, NOW, openShop, shopIds, shopItems } from './shop.fixture.ts';

const target = idOf(3, 0);
const around: Deed = ['view', idOf(3, 1), 1];
const shownWith = (changes: Partial<CatalogItem>, deeds: readonly Deed[] = [around], now = NOW) => {
  const shop = openShop({ items: shopItems.map((item) => (item.itemId === target ? { ...item, ...changes } : item)) });
  const [list] = shop.ranker.rank([{ history: historyOf(shop.index, deeds), now }]);
  const why = Object.entries(list?.filtered ?? {}).flatMap(([name, count]) => (count > 0 ? [[name, count]] : []));
  return [
    list?.items.some(({ itemId }) => itemId === target),
    Object.fromEntries(why) as Record<FilterName, number>,
  ] as const;
};

describe('an item is not shown that', () => {
  test.each([
    ['is hidden', { hidden: true }, 'hidden'],
    ['is out of stock', { stock: 0 }, 'out_of_stock'],
    ['owes stock', { stock: -2 }, 'out_of_stock'],
    ['is to come', { availableFrom: NOW + 1 }, 'unavailable'],
    ['is over', { availableUntil: NOW }, 'unavailable'],
  ] as const)('%s', (_, changes, reason) => {
    expect(shownWith(changes)).toEqual([false, { [reason]: 1 }]);
  });

  test('the catalogue does not have', () => {
    const shop = openShop({ items: shopItems.filter(({ itemId }) => itemId !== target), order: shopIds });
    const [list] = shop.ranker.rank([{ history: historyOf(shop.index, [around]), now: NOW }]);
    expect(list?.filtered.unknown).toBe(1);
    expect(list?.items.map(({ itemId }) => itemId)).not.toContain(target);
  });

  test('was dismissed', () => {
    expect(shownWith({}, [['dismiss', target, 5], around])).toEqual([false, { dismissed: 1 }]);
  });
});

describe('an item is shown that', () => {
  test.each([
    ['is there', {}],
    ['tells no stock', { stock: null }],
    ['has one piece', { stock: 1 }],
    ['has just come', { availableFrom: NOW }],
    ['is about to go', { availableUntil: NOW + 1 }],
  ] as const)('%s', (_, changes) => {
    expect(shownWith(changes)).toEqual([true, {}]);
  });
});

describe('what was bought stays away', () => {
  const daysAgo = (days: number) => (days * DAY_MS) / 60_000;
  const bought = (days: number): Deed => ['purchase', target, daysAgo(days)];
  const returned = (days: number): Deed => ['return', target, daysAgo(days)];

  test.each([
    ['for 30 days', {}, [bought(29.9)], false],
    ['not longer', {}, [bought(30)], true],
    ["for the item's own days", { repurchaseDays: 90 }, [bought(89)], false],
    ['not at all where it is a consumable', { repurchaseDays: 0 }, [bought(0)], true],
    ['not after it was returned', {}, [bought(3), returned(1)], true],
    ['where it was bought twice and returned once', {}, [bought(9), bought(3), returned(1)], false],
    ['where a return came before the purchase', {}, [returned(9), bought(3)], false],
  ] as [string, Partial<CatalogItem>, Deed[], boolean][])('%s', (_, changes, deeds, shown) => {
    expect(shownWith(changes, [...deeds, around])[0]).toBe(shown);
  });
});

test('what was bought comes back after the days of its category', () => {
  const configuration = { repurchaseDaysByCategory: { [categoryText(shopItems[3]?.category ?? [])]: 2 } };
  expect(Object.keys(configuration.repurchaseDaysByCategory)).not.toEqual(['']);
  const shop = openShop({ configuration });
  const bought = shopItems[3]?.itemId ?? '';
  const shownAfter = (days: number) => {
    const history = historyOf(shop.index, [['purchase', bought, (days * DAY_MS) / 60_000], around]);
    return shop.ranker.rank([{ history, now: NOW }])[0]?.items.some(({ itemId }) => itemId === bought);
  };
  expect([shownAfter(1), shownAfter(3)]).toEqual([false, true]);
});

test('a ranker counts what its filters took, over all lists', () => {
  const shop = openShop({ items: shopItems.map((item) => ({ ...item, hidden: item.itemId === target })) });
  for (let n = 0; n < 3; n += 1) shop.ranker.strangers(NOW);
  expect(shop.ranker.filtered.hidden).toBe(3);
});
