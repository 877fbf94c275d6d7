import type { SparseRows } from '../item-graph.ts';

/** [rows, columns] → [columns, rows], rows in rising order within each. */
export const transposeRows = ({ rowStart, columns, weights }: SparseRows, columnCount: number): SparseRows => {
  const entries = rowStart.at(-1) ?? 0;
  const starts = new Int32Array(columnCount + 1);
  for (let at = 0; at < entries; at += 1) {
    const next = (columns[at] as number) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let column = 0; column < columnCount; column += 1)
    starts[column + 1] = (starts[column + 1] as number) + (starts[column] as number);
  const free = starts.slice();
  const rows = new Int32Array(entries);
  const moved = new Float32Array(entries);
  for (let row = 0; row + 1 < rowStart.length; row += 1)
    for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at += 1) {
      const column = columns[at] as number;
      const place = free[column] as number;
      free[column] = place + 1;
      rows[place] = row;
      moved[place] = weights[at] as number;
    }
  return { rowStart: starts, columns: rows, weights: moved };
};
