import type { SparseRows } from '../item-graph.ts';
import type { Candidates } from '../training/candidate-sampler.ts';

/** A batch's targets as the graphs take them. */
export interface TargetArrays {
  /** [entries]. */
  readonly places: Int32Array;
  /** [entries]. */
  readonly targets: Float32Array;
  /** [entries], of the row's targets. */
  readonly shares: Float32Array;
  /** [batch]. */
  readonly rowTargets: Float32Array;
  /** [entries]. */
  readonly own: Float32Array;
}

export const createTargetArrays = (entries: number, batch: number): TargetArrays => ({
  places: new Int32Array(entries),
  targets: new Float32Array(entries),
  shares: new Float32Array(entries),
  rowTargets: new Float32Array(batch),
  own: new Float32Array(entries),
});

/**
 * Fills them with the targets of some rows, their mean over the rows; `column` gives the score that an item has in a row
 * of `width`, `own` what is added to it. What is left over of the entries becomes 0.
 */
export const fillTargets = (
  into: TargetArrays,
  { rowStart, columns, weights }: SparseRows,
  rows: Int32Array,
  { width, column, own }: { width: number; column: (item: number) => number; own: (item: number) => number },
): void => {
  for (const array of Object.values(into)) array.fill(0);
  let entry = 0;
  rows.forEach((row, place) => {
    const first = entry;
    for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at += 1) {
      const item = columns[at] as number;
      const weight = (weights[at] as number) / rows.length;
      into.places[entry] = place * width + column(item);
      into.targets[entry] = weight;
      into.own[entry] = own(item);
      into.rowTargets[place] = (into.rowTargets[place] as number) + weight;
      entry += 1;
    }
    const total = into.rowTargets[place] as number;
    for (let at = first; at < entry; at += 1) into.shares[at] = total > 0 ? (into.targets[at] as number) / total : 0;
  });
};

/** Targets of the `batch` rows that have most of them. */
export const mostEntries = ({ rowStart }: SparseRows, batch: number): number => {
  const sizes = rowStart.slice(1).map((end, row) => end - (rowStart[row] as number));
  return sizes
    .sort()
    .slice(-batch)
    .reduce((sum, size) => sum + size, 0);
};

/** Items of some rows, each once, in order of appearance. */
export const distinctItems = ({ rowStart, columns }: SparseRows, rows: Int32Array): Int32Array => {
  const items = new Set<number>();
  for (const row of rows)
    for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at += 1)
      items.add(columns[at] as number);
  return Int32Array.from(items);
};

/** In how many rows each item is a target, [items]. */
export const supportOf = ({ rowStart, columns }: SparseRows, items: number): Float64Array => {
  const support = new Float64Array(items);
  for (const item of columns.subarray(0, rowStart.at(-1))) support[item] = (support[item] as number) + 1;
  return support;
};

/** Score of a place that holds no candidate: e^score is 0 and stays finite on its way there. */
const NOWHERE = -1e30;

/** −log chance for each candidate, `NOWHERE` for the places that are left over. */
export const fillOffsets = ({ items, logChance }: Candidates, into: Float32Array): void => {
  into.fill(NOWHERE, items.length);
  logChance.forEach((chance, at) => void (into[at] = -chance));
};
