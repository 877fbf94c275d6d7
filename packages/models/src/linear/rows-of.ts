import type { SparseRows } from '../item-graph.ts';

/** Some rows, in the order given, as a matrix of their own. */
export const rowsOf = ({ rowStart, columns, weights }: SparseRows, rows: Int32Array): SparseRows => {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, at) => {
    starts[at + 1] = (starts[at] as number) + (rowStart[row + 1] as number) - (rowStart[row] as number);
  });
  const chosen = { columns: new Int32Array(starts.at(-1) ?? 0), weights: new Float32Array(starts.at(-1) ?? 0) };
  rows.forEach((row, at) => {
    chosen.columns.set(columns.subarray(rowStart[row], rowStart[row + 1]), starts[at]);
    chosen.weights.set(weights.subarray(rowStart[row], rowStart[row + 1]), starts[at]);
  });
  return { rowStart: starts, ...chosen };
};
