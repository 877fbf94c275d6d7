/**
 * The best `size` of what is offered, by score, ties by item id (never by number: numbers differ between processes).
 * A binary heap with the worst kept on top, so most offers cost one comparison.
 */
export interface Best {
  offer(slot: number, score: number): void;
  /** Slots, best first; empties the heap. */
  take(): Int32Array;
  /** The same into an array of at least `size`; returns how many. */
  drain(into: Int32Array): number;
}

export const createBest = (size: number, idOf: (slot: number) => string): Best => {
  const slots = new Int32Array(size);
  const scores = new Float64Array(size);
  let length = 0;

  // whether (slot, score) ranks below the one at `at`
  const below = (slot: number, score: number, at: number) =>
    score < (scores[at] as number) || (score === scores[at] && idOf(slot) > idOf(slots[at] as number));
  const place = (at: number, slot: number, score: number) => {
    slots[at] = slot;
    scores[at] = score;
  };
  /** Puts one in at the top, in place of what was there. */
  const sink = (slot: number, score: number) => {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && below(slots[child + 1] as number, scores[child + 1] as number, child)) child += 1;
      if (below(slot, score, child)) break;
      place(at, slots[child] as number, scores[child] as number);
      at = child;
    }
    place(at, slot, score);
  };

  const drain = (into: Int32Array): number => {
    const taken = length;
    while (length > 0) {
      into[length - 1] = slots[0] as number;
      length -= 1;
      if (length > 0) sink(slots[length] as number, scores[length] as number);
    }
    return taken;
  };

  return {
    drain,
    offer: (slot, score) => {
      if (length === size) {
        if (score < (scores[0] as number) || below(slot, score, 0)) return;
        sink(slot, score);
        return;
      }
      let at = length++;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!below(slot, score, parent)) break;
        place(at, slots[parent] as number, scores[parent] as number);
        at = parent;
      }
      place(at, slot, score);
    },
    take: () => {
      const taken = new Int32Array(length);
      drain(taken);
      return taken;
    },
  };
};
