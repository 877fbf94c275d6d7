import type { CatalogItem } from '@nextcart/contracts';
import { createItem } from './event-record.ts';

/** A catalogue out of behaviour, for sets that have none: how often each text was seen, and each price. */
export interface ItemCollector {
  note(itemId: string, seen: ItemSighting): void;
  /** In the order of first sight: most frequent title, category and brand, the median price. */
  items(currency: string | null): CatalogItem[];
}

export interface ItemSighting {
  readonly title?: string;
  readonly category?: readonly string[];
  readonly brand?: string;
  /** Of one piece, units of money; only positive ones count. */
  readonly price?: bigint;
}

interface Counts {
  readonly titles: Map<string, number>;
  readonly categories: Map<string, { path: readonly string[]; count: number }>;
  readonly brands: Map<string, number>;
  readonly prices: Map<bigint, number>;
}

const add = <K>(counts: Map<K, number>, key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

/** Of equally frequent ones, the first seen. */
const mostFrequent = (counts: ReadonlyMap<string, number>): string | undefined => {
  let best: string | undefined;
  let most = 0;
  for (const [text, count] of counts) {
    if (count <= most) continue;
    best = text;
    most = count;
  }
  return best;
};

/** The lower median: a price that was really asked. */
const medianOf = (counts: ReadonlyMap<bigint, number>): bigint | null => {
  const prices = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const total = prices.reduce((sum, [, count]) => sum + count, 0);
  let below = 0;
  for (const [price, count] of prices) {
    below += count;
    if (2 * below >= total) return price;
  }
  return null;
};

export const createItemCollector = (): ItemCollector => {
  const seen = new Map<string, Counts>();
  return {
    note: (itemId, { title, category, brand, price }) => {
      let counts = seen.get(itemId);
      if (counts === undefined) {
        counts = { titles: new Map(), categories: new Map(), brands: new Map(), prices: new Map() };
        seen.set(itemId, counts);
      }
      if (title) add(counts.titles, title);
      if (brand) add(counts.brands, brand);
      if (price !== undefined && price > 0n) add(counts.prices, price);
      if (category !== undefined && category.length > 0) {
        const key = JSON.stringify(category);
        counts.categories.set(key, { path: category, count: (counts.categories.get(key)?.count ?? 0) + 1 });
      }
    },
    items: (currency) =>
      [...seen].map(([itemId, counts]) => {
        const price = medianOf(counts.prices);
        const key = mostFrequent(new Map([...counts.categories].map(([k, { count }]) => [k, count])));
        return createItem({
          itemId,
          title: mostFrequent(counts.titles) ?? itemId,
          category: key === undefined ? [] : [...(counts.categories.get(key)?.path ?? [])],
          brand: mostFrequent(counts.brands) ?? null,
          price,
          currency: price === null ? null : currency,
        });
      }),
  };
};
