/** Where a scoring function writes: one subject's scores over all items. */
export interface ScoreSheet {
  /** Adds to the item's score; the first add makes the item a candidate. `item` ≥ 0, `value` finite. */
  readonly add: (item: number, value: number) => void;
}

/** A few items under small consecutive numbers ("slots"), for passes that care for these items only. */
export interface Candidates {
  readonly length: number;
  /** Item index by slot; `length` used cells. */
  readonly items: Int32Array;
  /** Slot of an item index, or -1. */
  slot(item: number): number;
}
