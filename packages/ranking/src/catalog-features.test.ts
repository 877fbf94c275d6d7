import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { titleSignature } from './item-text.ts';
import { idOf, openShop, shopIds, shopItems } from './shop.fixture.ts';

type Shop = ReturnType<typeof openShop>;
const answers = (shop: Shop, query: string) => {
  const { documents, scores } = shop.features.answering(query);
  return [...documents].map((item, i) => [shop.index.id(item), scores[i]]);
};
const look = (shop: Shop) =>
  shopIds.map((id) => {
    const item = shop.index.get(id);
    const like = shop.features.resembling(item);
    return [
      id,
      shop.features.priceDecile(item),
      [...like.documents].map((other) => shop.index.id(other)),
      [...like.scores],
    ];
  });

describe('what is derived from the catalogue', () => {
  test('does not depend on the order or the past of its items', () => {
    const straight = openShop();
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...shopIds], { minLength: shopIds.length }),
        fc.constantFrom(...shopIds),
        (order, moved) => {
          const other = openShop({ order });
          const at = other.index.get(moved);
          const item = other.items.get(moved);
          for (const past of [
            undefined,
            { ...shopItems[0], itemId: moved, title: 'else', price: 5n },
            item && { ...item, category: [item.category.join(' > ')] }, // reads the same, and is another path
            item,
          ]) {
            if (past === undefined) other.items.delete(moved);
            else other.items.set(moved, past as (typeof shopItems)[number]);
            other.features.refresh(at);
          }
          expect(look(other)).toEqual(look(straight));
          expect(answers(other, 'golden cofee')).toEqual(answers(straight, 'golden cofee'));
        },
      ),
      { numRuns: 10 },
    );
  });

  test('a search finds by words, of whatever case and accents, and forgives typing errors', () => {
    const shop = openShop();
    expect(answers(shop, 'GOLDÉN coffee')[0]?.[0]).toBe(idOf(0, 5));
    expect(answers(shop, 'goldn cofee')[0]?.[0]).toBe(idOf(0, 5));
    expect(answers(shop, '')).toEqual([]);
    expect(answers(shop, 'xyzzyx')).toEqual([]);
    const [share] = shop.features.categoriesOf('coffee');
    expect([share?.category, share?.share]).toEqual([shop.features.category(shop.index.get(idOf(0, 0))), 1]);
  });

  test('answers are kept until a text changes, not for ever', () => {
    const shop = openShop();
    const before = shop.features.answering('coffee');
    const at = shop.index.get(idOf(0, 0));
    const item = shopItems[0] as (typeof shopItems)[number];
    const version = shop.features.categoryVersion;
    shop.items.set(item.itemId, { ...item, stock: 0, price: 1n });
    shop.features.refresh(at);
    expect(shop.features.answering('coffee')).toBe(before);
    expect(shop.features.categoryVersion).toBe(version);
    shop.items.set(item.itemId, { ...item, title: 'mug', category: ['Kitchen', 'Mugs'] });
    shop.features.refresh(at);
    expect(answers(shop, 'coffee').map(([id]) => id)).not.toContain(item.itemId);
    expect(answers(shop, 'mug')[0]?.[0]).toBe(item.itemId);
    expect(shop.features.categoryVersion).not.toBe(version);
  });

  test('what resembles an item is not the item itself, nor what left the shop', () => {
    const shop = openShop();
    const at = shop.index.get(idOf(2, 0));
    const of = () => [...shop.features.resembling(at).documents].map((item) => shop.index.id(item));
    expect(of()).not.toContain(idOf(2, 0));
    expect(of()).toContain(idOf(2, 3));
    shop.items.delete(idOf(2, 3));
    shop.features.refresh(shop.index.get(idOf(2, 3)));
    expect(of()).not.toContain(idOf(2, 3));
  });

  test('prices are compared within category and currency', () => {
    const shop = openShop({ items: shopItems.map((item, n) => (n === 1 ? { ...item, currency: 'USD' } : item)) });
    const decile = (n: number) => shop.features.priceDecile(shop.index.get(shopIds[n] as string));
    expect([decile(1), decile(0), decile(9)]).toEqual([5, 0, 9]);
    expect(shop.features.priceDecile(99_999)).toBe(-1);
  });
});

test('titles that share words have signatures that differ in few bits', () => {
  const apart = (a: string, b: string) =>
    ((titleSignature(a) ^ titleSignature(b)) >>> 0).toString(2).replaceAll('0', '').length;
  expect(apart('large red ceramic coffee cup', 'large blue ceramic coffee cup')).toBeLessThan(
    apart('large red ceramic coffee cup', 'oak garden table'),
  );
  expect(apart('Red Cup', 'cup red')).toBe(0);
  expect(titleSignature('')).toBe(0);
});
