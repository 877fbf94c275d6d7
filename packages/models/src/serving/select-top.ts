export interface TopItems {
  /** [queries, top], best first, equal scores by item number. */
  readonly items: Int32Array;
  /** [queries, top]: query · vector + bias. */
  readonly scores: Float32Array;
}

/** Candidates of queries: `count` blocks of each, of `length` items that are numbered on. */
export interface CandidateBlocks {
  /** [queries, count]: number of a block's first item by `length`. */
  readonly blocks: Int32Array;
  /** [queries, count, length]. */
  readonly scores: Float32Array;
  readonly count: number;
  readonly length: number;
}

/**
 * Writes the best `top` candidates of a query into a row of `found`; exact, equal scores by item number. Those below
 * `bound` are known not to be among them.
 */
export const selectTop = (
  { blocks, scores, count, length }: CandidateBlocks,
  query: number,
  { top, bound }: { readonly top: number; readonly bound: number },
  found: TopItems,
  row: number,
): void => {
  const start = row * top;
  let kept = 0;
  for (let block = query * count; block < (query + 1) * count; block += 1) {
    const from = block * length;
    const item = (blocks[block] as number) * length;
    for (let at = 0; at < length; at += 1) {
      const score = scores[from + at] as number;
      if (score >= bound) kept = insert(found, start, kept, top, item + at, score);
    }
  }
};

/** Into the ordered list of `kept` from `start` on, of which at most `top` stay; returns how many they are now. */
const insert = (
  { items, scores }: TopItems,
  start: number,
  kept: number,
  top: number,
  item: number,
  score: number,
): number => {
  const end = start + top;
  let at = start + kept;
  for (; at > start; at -= 1) {
    const other = scores[at - 1] as number;
    if (other > score || (other === score && (items[at - 1] as number) < item)) break;
    if (at < end) {
      scores[at] = other;
      items[at] = items[at - 1] as number;
    }
  }
  if (at === end) return kept;
  scores[at] = score;
  items[at] = item;
  return Math.min(kept + 1, top);
};
