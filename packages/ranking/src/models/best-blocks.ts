import { BLOCK, TOP_ITEMS } from '@nextcart/models';

/** Values of all items by row, with the blocks that the best of each row lie in (models, standard-roots.ts). */
export interface BestBlocks {
  /** [rows, places]. */
  readonly values: Float32Array;
  readonly places: number;
  /** [rows, count], best first. */
  readonly blocks: Int32Array;
}

/** Hands over the items of a row that are at least as good as its `TOP_ITEMS`-th, in no order that says anything. */
export const eachBestOf = (
  { values, places, blocks }: BestBlocks,
  row: number,
  items: number,
  take: (item: number) => void,
): void => {
  const count = Math.min(TOP_ITEMS, places / BLOCK);
  const [first, last] = [row * count, (row + 1) * count - 1];
  // each block has an item that is at least as good as the best of the last: no more are wanted than there are blocks
  let least = 0;
  if (count === TOP_ITEMS) {
    const start = row * places + (blocks[last] as number) * BLOCK;
    for (let at = start; at < start + BLOCK; at += 1) least = Math.max(least, values[at] as number);
  }
  for (let k = first; k <= last; k += 1) {
    const start = (blocks[k] as number) * BLOCK;
    const end = Math.min(items, start + BLOCK);
    for (let item = start; item < end; item += 1) if ((values[row * places + item] as number) >= least) take(item);
  }
};
