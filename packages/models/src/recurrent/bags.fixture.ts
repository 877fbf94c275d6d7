import type { SparseRows } from '../item-graph.ts';

/** Rows of columns, all of weight 1. */
export const bagsOf = (lists: readonly (readonly number[])[]): SparseRows => {
  const rowStart = new Int32Array(lists.length + 1);
  lists.forEach((list, row) => void (rowStart[row + 1] = (rowStart[row] as number) + list.length));
  const columns = Int32Array.from(lists.flat());
  return { rowStart, columns, weights: new Float32Array(columns.length).fill(1) };
};
