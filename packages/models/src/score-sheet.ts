/** Where a scoring function writes: one subject's scores over all items. */
export interface ScoreSheet {
  /** Adds to the item's score; the first add makes the item a candidate. `item` ≥ 0, `value` finite. */
  readonly add: (item: number, value: number) => void;
  /** The same of factor · values[at] to items[at], for each `at` in [start, end) in turn. */
  readonly addRow: (items: Int32Array, values: Float64Array, start: number, end: number, factor: number) => void;
}

/** A sheet that has one by one what it is given by the row. */
export const createScoreSheet = (add: ScoreSheet['add']): ScoreSheet => ({
  add,
  addRow: (items, values, start, end, factor) => {
    for (let at = start; at < end; at += 1) add(items[at] as number, factor * (values[at] as number));
  },
});

/** A few items under small consecutive numbers ("slots"), for passes that care for these items only. */
export interface Candidates {
  readonly length: number;
  /** Item index by slot; `length` used cells. */
  readonly items: Int32Array;
  /** Slot of an item index, or -1. */
  slot(item: number): number;
}
