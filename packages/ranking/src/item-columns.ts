/**
 * What ranking asks of thousands of items for each list, as columns by item index: an object for each item is a cache
 * miss for each item, and was a third of a list's time.
 */
export interface ItemColumns {
  /** Bits of `shelf`; 0 = may be shown. */
  state: Uint8Array;
  /** Number of the whole category path, or -1. */
  category: Int32Array;
  /** Number of the path's first name, or -1. */
  department: Int32Array;
  brand: Int32Array;
  /** Simhash of the title (item-text.ts). */
  signature: Int32Array;
  /** Category and currency: prices are compared within. */
  priceGroup: Int32Array;
  /** Number of the price's currency, of none that is named as well; -1 without an item. */
  currency: Int32Array;
  /** In units; NaN = none. */
  price: Float64Array;
  /** Epoch ms, ±Infinity where open. */
  availableFrom: Float64Array;
  availableUntil: Float64Array;
}

/** Bits of `state`. `timed`: look at the times. */
export const shelf = { unknown: 1, hidden: 2, timed: 4, outOfStock: 8 } as const;

const FIRST_ITEMS = 1024;

const blank = (size: number): ItemColumns => ({
  state: new Uint8Array(size).fill(shelf.unknown),
  category: new Int32Array(size).fill(-1),
  department: new Int32Array(size).fill(-1),
  brand: new Int32Array(size).fill(-1),
  signature: new Int32Array(size),
  priceGroup: new Int32Array(size).fill(-1),
  currency: new Int32Array(size).fill(-1),
  price: new Float64Array(size).fill(Number.NaN),
  availableFrom: new Float64Array(size).fill(Number.NEGATIVE_INFINITY),
  availableUntil: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
});

export const createItemColumns = (): ItemColumns => blank(FIRST_ITEMS);

/** Makes room for an item, in place. */
export const makeRoom = (columns: ItemColumns, item: number): void => {
  const size = columns.state.length;
  if (item < size) return;
  const wider = blank(Math.max(item + 1, 2 * size));
  for (const name of Object.keys(columns) as (keyof ItemColumns)[]) wider[name].set(columns[name]);
  Object.assign(columns, wider);
};
