/**
 * A linear layer whose input is a bag of few columns: the sum of the columns' rows of a table, instead of a product
 * with a matrix that is nearly all zeros. Also an embedding look-up: a bag of one column.
 */
import type { SparseRows } from '../item-graph.ts';
import type { RowGradients } from './row-optimisers.ts';
import { CHUNK, rowSum } from './simd/kernels.ts';

/** Narrower rows are added before a kernel has them. */
const NARROW = 16;

/** into[b] = Σ weight · table[column] over the bag's row b: [rows of the bag, width]; rows beyond those become 0. */
export const gatherSum = (table: Float32Array, width: number, bags: SparseRows, into: Float32Array): void => {
  if (width < NARROW) return gatherNarrow(table, width, bags, into);
  const { rowStart, columns, weights } = bags;
  const rows = Math.max(0, rowStart.length - 1);
  for (let row = 0; row < rows; row += 1)
    for (let left = 0; left < width; left += CHUNK) {
      const part = Math.min(CHUNK, width - left);
      rowSum.clear(part);
      for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at += 1) {
        const from = (columns[at] as number) * width + left;
        rowSum.add(table.subarray(from, from + part), weights[at] as number);
      }
      rowSum.write(into, row * width + left, part);
    }
  into.fill(0, rows * width);
};

const gatherNarrow: typeof gatherSum = (table, width, { rowStart, columns, weights }, into) => {
  into.fill(0);
  for (let row = 0; row + 1 < rowStart.length; row += 1) {
    const start = row * width;
    for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at += 1) {
      const from = (columns[at] as number) * width;
      const weight = weights[at] as number;
      for (let i = 0; i < width; i += 1)
        into[start + i] = (into[start + i] as number) + weight * (table[from + i] as number);
    }
  }
};

export interface RowGradientSum {
  /**
   * Gradients of the table's rows from those of the sums [rows of the bag, width]: Σ weight · gradient over the rows
   * that a column is in. Rows in order of their first appearance. What it returns is good until the next call.
   */
  of(bag: SparseRows, gradients: Float32Array): RowGradients;
}

export const createRowGradientSum = (tableRows: number, width: number): RowGradientSum => {
  const transpose = createTransposition(tableRows);
  let values = new Float32Array(0);
  return {
    of: (bag, gradients) => {
      const { rows, count, bags } = transpose(bag);
      if (values.length < count * width) values = new Float32Array(count * width * 2);
      gatherSum(gradients, width, bags, values.subarray(0, count * width));
      return { rows, count, values };
    },
  };
};

/** From rows of columns to rows that each column is in, columns in order of their first appearance. */
const createTransposition = (columnCount: number) => {
  const slots = new Int32Array(columnCount).fill(-1);
  return ({ rowStart, columns, weights }: SparseRows) => {
    const entries = rowStart.at(-1) ?? 0;
    const rows = new Int32Array(Math.min(entries, columnCount));
    const starts = new Int32Array(rows.length + 1);
    let count = 0;
    for (let at = 0; at < entries; at += 1) {
      const column = columns[at] as number;
      if ((slots[column] as number) < 0) {
        slots[column] = count;
        rows[count] = column;
        count += 1;
      }
      const next = (slots[column] as number) + 1;
      starts[next] = (starts[next] as number) + 1;
    }
    for (let slot = 0; slot < count; slot += 1)
      starts[slot + 1] = (starts[slot + 1] as number) + (starts[slot] as number);
    const ends = starts.slice();
    const bags = {
      rowStart: starts.subarray(0, count + 1),
      columns: new Int32Array(entries),
      weights: new Float32Array(entries),
    };
    for (let row = 0; row + 1 < rowStart.length; row += 1)
      for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at += 1) {
        const slot = slots[columns[at] as number] as number;
        const place = ends[slot] as number;
        bags.columns[place] = row;
        bags.weights[place] = weights[at] as number;
        ends[slot] = place + 1;
      }
    for (let slot = 0; slot < count; slot += 1) slots[rows[slot] as number] = -1;
    return { rows, count, bags };
  };
};
