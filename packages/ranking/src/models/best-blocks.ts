import { BLOCK } from '@nextcart/models';

/** Values of all items by row, with the best of each block of `BLOCK` items (models, standard-roots.ts). */
export interface BestBlocks {
  /** [rows, places]. */
  readonly values: Float32Array;
  readonly places: number;
  /** [rows, places / BLOCK], in the order of the values if not the same numbers. */
  readonly maxima: Float32Array;
}

/**
 * Hands over the items of a row that are at least as good as its `wanted`-th block's best, so at least `wanted` of them, in
 * no order that says anything; all where there are fewer blocks.
 */
export const eachBestOf = (
  { values, places, maxima }: BestBlocks,
  row: number,
  { items, wanted }: { readonly items: number; readonly wanted: number },
  take: (item: number) => void,
): void => {
  const blocks = places / BLOCK;
  const [first, end] = [row * blocks, (row + 1) * blocks];
  // each block has an item that is at least as good as the best of the last: no more are wanted than there are blocks
  let [bound, least] = [Number.NEGATIVE_INFINITY, 0];
  if (wanted < blocks) {
    bound = largest(maxima.subarray(first, end), wanted);
    least = Number.POSITIVE_INFINITY;
    // blocks whose maxima are the same to the last bit may differ in their values, which are of another scale
    for (let block = first; block < end; block += 1)
      if (maxima[block] === bound) least = Math.min(least, bestOf(values, row * places + (block - first) * BLOCK));
  }
  for (let block = first; block < end; block += 1) {
    if ((maxima[block] as number) < bound) continue;
    const from = (block - first) * BLOCK;
    const to = Math.min(items, from + BLOCK);
    for (let item = from; item < to; item += 1) if ((values[row * places + item] as number) >= least) take(item);
  }
};

const bestOf = (values: Float32Array, start: number): number => {
  let best = 0;
  for (let at = start; at < start + BLOCK; at += 1) best = Math.max(best, values[at] as number);
  return best;
};

let kept = new Float32Array(0);
/** The `rank`-th largest, 1 is the largest: Hoare's selection, with the middle as pivot. */
const largest = (values: Float32Array, rank: number): number => {
  if (kept.length < values.length) kept = new Float32Array(values.length);
  kept.set(values);
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = kept[(low + high) >> 1] as number;
    let i = low;
    let j = high;
    while (i <= j) {
      while ((kept[i] as number) > pivot) i += 1;
      while ((kept[j] as number) < pivot) j -= 1;
      if (i > j) break;
      const swapped = kept[i] as number;
      kept[i] = kept[j] as number;
      kept[j] = swapped;
      i += 1;
      j -= 1;
    }
    if (rank - 1 <= j) high = j;
    else if (rank - 1 >= i) low = i;
    else break;
  }
  return kept[rank - 1] as number;
};
