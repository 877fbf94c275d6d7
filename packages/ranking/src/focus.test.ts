import { expect, test } from 'vitest';
import { defaultConfiguration } from './configuration.ts';
import type { RankedList } from './ranker.ts';
import { type Deed, historyOf, idOf, NOW, openShop, shopItems } from './shop.fixture.ts';

const { content, weights } = defaultConfiguration;
const aimless = { configuration: { content: { ...content, focus: 0 } } };
const [shop, plain] = [openShop(), openShop(aimless)];
const WORTH = content.focus * (weights.content as number);

const rank = (of: typeof shop, deeds: readonly Deed[], visitEnded = false): RankedList =>
  of.ranker.rank([{ history: historyOf(of.index, deeds), now: NOW, visitEnded }])[0] as RankedList;
/** What the focus adds to each item that is in the list with it and without. */
const gains = (deeds: readonly Deed[], visitEnded = false): Record<string, number> => {
  const before = new Map(rank(plain, deeds, visitEnded).items.map(({ itemId, score }) => [itemId, score]));
  const both = rank(shop, deeds, visitEnded).items.filter(({ itemId }) => before.has(itemId));
  expect(both.length).toBeGreaterThan(20);
  return Object.fromEntries(
    both.map(({ itemId, score }) => [itemId, Math.round((score - (before.get(itemId) as number)) * 1e5) / 1e5]),
  );
};
const onShelf = (shelf: number) => (id: string) => id.startsWith(idOf(shelf, 0).slice(0, -1));

test('a visit is about the category of its newest event, whoever names an item of it', () => {
  const found = gains([
    ['view', idOf(2, 1), 3],
    ['view', idOf(1, 3), 0],
  ]);
  expect(found[idOf(1, 9)]).toBe(WORTH);
  for (const [id, gain] of Object.entries(found)) expect(gain, id).toBe(onShelf(1)(id) ? WORTH : 0);
});

test('a search is about the categories of its best answers, by their shares', () => {
  const deeds: Deed[] = [
    ['view', idOf(2, 1), 3],
    ['search', 'red rugs', 0],
  ];
  const shares = new Map(shop.features.categoriesOf('red rugs').map(({ category, share }) => [category, share]));
  expect(shares.size).toBeGreaterThan(1);
  const found = gains(deeds);
  for (const [id, gain] of Object.entries(found)) {
    const share = shares.get(shop.features.category(shop.index.get(id))) ?? 0;
    expect(gain, id).toBeCloseTo(WORTH * share, 4);
  }
});

test('when the visit has ended, or of an item without a category, nothing is known of it', () => {
  for (const gain of Object.values(gains([['view', idOf(1, 3), 0]], true))) expect(gain).toBe(0);
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

test('items similar to one stay as they are', () => {
  expect(shop.ranker.similar(idOf(1, 3), NOW)).toEqual(plain.ranker.similar(idOf(1, 3), NOW));
});
