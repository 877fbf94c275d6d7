/** Histories as weighted bags: what the models without an order of events read. */
import { hashToken, type SparseRows, words } from '@nextcart/models';
import { CART, type Deeds, PURCHASE, type ShopItem } from './shop-log.ts';

const DAY_MS = 86_400_000;

export interface BagOptions {
  /** A deed counts half after so many days; Infinity: never less. */
  readonly halfLifeDays: number;
  /** Columns beside items: searched words; categories and brands. Absent: none. */
  readonly fields?: ReadonlySet<'search' | 'content'>;
  /** What a cart and a purchase count beside a view and a search, which count 1. */
  readonly types: { readonly cart: number; readonly purchase: number };
}

/** What a deed is worth by its type, and all deeds alike. */
export const BY_TYPE = { cart: 2, purchase: 3 };
export const ALIKE = { cart: 1, purchase: 1 };
/** Both, by what they are called in settings. */
export const weighings = { 'weighed by type': BY_TYPE, 'all alike': ALIKE };

/** Hashed columns of searched words. */
const WORDS = 512;

export interface BagSpace {
  readonly items: number;
  readonly columns: number;
  /** Bags [histories, columns] as of a time for each. */
  bags(histories: readonly Int32Array[], at: ArrayLike<number>): SparseRows;
  /** The same without fields, [histories, items]. */
  itemBags(histories: readonly Int32Array[], at: ArrayLike<number>): SparseRows;
}

export const bagSpace = (
  items: readonly ShopItem[],
  deeds: Deeds,
  { halfLifeDays, fields = new Set(), types }: BagOptions,
): BagSpace => {
  const numbers = new Map<string, number>();
  const numberOf = (name: string): number => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  };
  const fieldsOf = items.map(({ category, brand }) =>
    [`c:${category.join('>')}`, `b:${brand}`].map((name) => items.length + WORDS + numberOf(name)),
  );
  const columns = fields.size > 0 ? items.length + WORDS + numbers.size : items.length;
  const weightOf = (type: number | undefined) => (type === PURCHASE ? types.purchase : type === CART ? types.cart : 1);

  const bag = (history: Int32Array, at: number, withFields: boolean): Map<number, number> => {
    const sums = new Map<number, number>();
    const add = (column: number, weight: number) => void sums.set(column, (sums.get(column) ?? 0) + weight);
    for (const deed of history) {
      const age = (at - (deeds.times[deed] as number)) / DAY_MS;
      const weight = weightOf(deeds.types[deed]) * 2 ** (-age / halfLifeDays);
      const item = deeds.items[deed] as number;
      if (item >= 0) add(item, weight);
      if (withFields && fields.has('content') && item >= 0)
        for (const column of fieldsOf[item] as number[]) add(column, weight / 2);
      if (withFields && fields.has('search'))
        for (const word of words(deeds.queries[deed] ?? '')) add(items.length + (hashToken(word) % WORDS), weight);
    }
    return sums;
  };
  const rows = (histories: readonly Int32Array[], at: ArrayLike<number>, withFields: boolean) =>
    sparseOf(histories.map((history, row) => bag(history, at[row] as number, withFields)));
  return {
    items: items.length,
    columns,
    bags: (histories, at) => rows(histories, at, true),
    itemBags: (histories, at) => rows(histories, at, false),
  };
};

export const sparseOf = (rows: readonly ReadonlyMap<number, number>[]): SparseRows => {
  const rowStart = new Int32Array(rows.length + 1);
  rows.forEach((row, at) => void (rowStart[at + 1] = (rowStart[at] as number) + row.size));
  const columns = new Int32Array(rowStart[rows.length] as number);
  const weights = new Float32Array(columns.length);
  rows.forEach((row, at) =>
    [...row]
      .sort(([a], [b]) => a - b)
      .forEach(([column, weight], place) => {
        columns[(rowStart[at] as number) + place] = column;
        weights[(rowStart[at] as number) + place] = weight;
      }),
  );
  return { rowStart, columns, weights };
};
