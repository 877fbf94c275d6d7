/** The best few of some numbered scores, one query after the other; exact, equal scores by number. */
export interface Selection {
  /** Takes `scores[from]` and those after it as those of items `first`, `first` + 1, …; `length` of them. */
  offerBlock(scores: Float32Array, from: number, first: number, length: number): void;
  /** Writes what was best, best first, from `start` on, and forgets it. */
  write(items: Int32Array, scores: Float32Array, start: number): void;
}

/** An ordered list, because nearly all that is offered is worse than all of it when the best blocks come first. */
export const createSelection = (top: number): Selection => {
  const bestItems = new Int32Array(top);
  const bestScores = new Float32Array(top);
  let count = 0;

  const insert = (item: number, score: number): void => {
    let at = count < top ? count++ : top - 1;
    while (at > 0) {
      const other = bestScores[at - 1] as number;
      if (other > score || (other === score && (bestItems[at - 1] as number) < item)) break;
      bestScores[at] = other;
      bestItems[at] = bestItems[at - 1] as number;
      at -= 1;
    }
    bestScores[at] = score;
    bestItems[at] = item;
  };
  return {
    offerBlock: (scores, from, first, length) => {
      let worst = count === top ? (bestScores[top - 1] as number) : -Infinity;
      for (let at = 0; at < length; at += 1) {
        const score = scores[from + at] as number;
        if (score < worst) continue;
        const item = first + at;
        if (count === top && score === worst && (bestItems[top - 1] as number) < item) continue;
        insert(item, score);
        if (count === top) worst = bestScores[top - 1] as number;
      }
    },
    write: (items, scores, start) => {
      items.set(bestItems, start);
      scores.set(bestScores, start);
      count = 0;
    },
  };
};
