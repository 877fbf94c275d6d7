export interface TopItems {
  /** [queries, top], best first, equal scores by item number. */
  readonly items: Int32Array;
  /** [queries, top]: query · vector. */
  readonly scores: Float32Array;
}

/** Candidates of one query. */
export interface ScoredItems {
  /** [count] and maybe more: an item each. */
  readonly items: Int32Array;
  /** [count] and maybe more: rounded to float32 before they are compared. */
  readonly scores: Float64Array;
  readonly count: number;
}

/** Writes the best `top` candidates into a row of `found`; exact, equal scores by item number. */
export const selectTop = ({ items, scores, count }: ScoredItems, top: number, found: TopItems, row: number): void => {
  let kept = 0;
  for (let at = 0; at < count; at += 1)
    kept = insert(found, row * top, kept, top, items[at] as number, Math.fround(scores[at] as number));
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
