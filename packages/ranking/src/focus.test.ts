import { expect, test } from 'vitest';
import { defaultConfiguration } from './configuration.ts';
import { focused } from './focus.ts';
import type { RankedList } from './ranker.ts';
import { type Deed, historyOf, idOf, NOW, openShop, shopItems } from './shop.fixture.ts';

const { content } = defaultConfiguration;
const aimless = { configuration: { content: { ...content, focus: 0 } } };
const [shop, plain] = [openShop(), openShop(aimless)];

const rank = (of: typeof shop, deeds: readonly Deed[], visitEnded = false): RankedList =>
  of.ranker.rank([{ history: historyOf(of.index, deeds), now: NOW, visitEnded }])[0] as RankedList;
/** Scores of the items that are in the list with a focus and without: [without, with]. */
const scoresOf = (deeds: readonly Deed[], visitEnded = false): ReadonlyMap<string, readonly [number, number]> => {
  const before = new Map(rank(plain, deeds, visitEnded).items.map(({ itemId, score }) => [itemId, score]));
  const both = rank(shop, deeds, visitEnded).items.filter(({ itemId }) => before.has(itemId));
  expect(both.length).toBeGreaterThan(20);
  return new Map(both.map(({ itemId, score }) => [itemId, [before.get(itemId) as number, score]]));
};
const onShelf = (shelf: number) => (id: string) => id.startsWith(idOf(shelf, 0).slice(0, -1));

test('a visit is about the category of its newest event, whoever names an item of it', () => {
  const found = scoresOf([
    ['view', idOf(2, 1), 3],
    ['view', idOf(1, 3), 0],
  ]);
  expect(found.has(idOf(1, 9))).toBe(true);
  for (const [id, [before, after]] of found)
    expect(after, id).toBeCloseTo(before * (onShelf(1)(id) ? 1 + content.focus : 1), 5);
});

test('a search is about the categories of its best answers, by their shares', () => {
  const deeds: Deed[] = [
    ['view', idOf(2, 1), 3],
    ['search', 'red rugs', 0],
  ];
  const shares = new Map(shop.features.categoriesOf('red rugs').map(({ category, share }) => [category, share]));
  expect(shares.size).toBeGreaterThan(1);
  for (const [id, [before, after]] of scoresOf(deeds)) {
    const share = shares.get(shop.features.category(shop.index.get(id))) ?? 0;
    expect(after, id).toBeCloseTo(before * (1 + content.focus * share), 5);
  }
});

test('when the visit has ended, or of an item without a category, nothing is known of it', () => {
  for (const [before, after] of scoresOf([['view', idOf(1, 3), 0]], true).values()) expect(after).toBe(before);
  const items = shopItems.map((item) => (item.itemId === idOf(1, 3) ? { ...item, category: [] } : item));
  const [one, other] = [openShop({ items }), openShop({ items, ...aimless })];
  expect(rank(one, [['view', idOf(1, 3), 0]])).toEqual(rank(other, [['view', idOf(1, 3), 0]]));
});

test('what the visit is about is the newest event’s reason, and no source', () => {
  const deeds: Deed[] = [
    ['view', idOf(0, 1), 60],
    ['view', idOf(1, 3), 0],
  ];
  const list = rank(shop, deeds);
  const sources = new Map(rank(plain, deeds).items.map(({ itemId, source }) => [itemId, source]));
  for (const { itemId, source, reasons } of list.items.filter(({ itemId }) => onShelf(1)(itemId))) {
    expect(reasons.map(({ subject }) => subject)).toContain(idOf(1, 3));
    if (sources.has(itemId)) expect(source).toBe(sources.get(itemId));
  }
});

test('what nothing speaks for, or something against, has no more by it', () => {
  expect([-2, 0, 2].map((score) => focused(score, 0.5, 3))).toEqual([-2, 0, 5]);
});

test('a part alone says what it says', () => {
  const deeds: Deed[] = [['view', idOf(1, 3), 0]];
  const alone = { weights: { trending: 1 } };
  const aimed = openShop({ configuration: alone });
  expect(rank(aimed, deeds)).toEqual(rank(openShop({ configuration: { ...alone, ...aimless.configuration } }), deeds));
});

test('items similar to one stay as they are', () => {
  expect(shop.ranker.similar(idOf(1, 3), NOW)).toEqual(plain.ranker.similar(idOf(1, 3), NOW));
});
