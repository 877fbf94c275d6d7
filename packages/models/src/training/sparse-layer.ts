/**
 * A linear layer whose input is a bag of few columns: the sum of the columns' rows of a table, instead of a product
 * with a matrix that is nearly all zeros. Also an embedding look-up: a bag of one column.
 */
import type { SparseRows } from '../item-graph.ts';
import type { RowGradients } from './row-optimisers.ts';

/** into[b] = Σ weight · table[column] over the bag's row b: [rows of the bag, width]; rows beyond those become 0. */
export const gatherSum = (
  table: Float32Array,
  width: number,
  { rowStart, columns, weights }: SparseRows,
  into: Float32Array,
): void => {
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
  const slots = new Int32Array(tableRows).fill(-1);
  let rows = new Int32Array(0);
  let values = new Float32Array(0);

  /** Gives each column of the bag a slot; returns how many there are. */
  const number = ({ columns }: SparseRows, length: number): number => {
    if (rows.length < Math.min(length, tableRows)) rows = new Int32Array(Math.min(tableRows, length * 2));
    let count = 0;
    for (let at = 0; at < length; at += 1) {
      const column = columns[at] as number;
      if ((slots[column] as number) >= 0) continue;
      slots[column] = count;
      rows[count] = column;
      count += 1;
    }
    return count;
  };

  return {
    of: (bag, gradients) => {
      const { rowStart, columns, weights } = bag;
      const count = number(bag, rowStart.at(-1) ?? 0);
      if (values.length < count * width) values = new Float32Array(count * width * 2);
      values.fill(0, 0, count * width);
      for (let row = 0; row + 1 < rowStart.length; row += 1) {
        const from = row * width;
        for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at += 1) {
          const start = (slots[columns[at] as number] as number) * width;
          const weight = weights[at] as number;
          for (let i = 0; i < width; i += 1)
            values[start + i] = (values[start + i] as number) + weight * (gradients[from + i] as number);
        }
      }
      for (let at = 0; at < count; at += 1) slots[rows[at] as number] = -1;
      return { rows, count, values };
    },
  };
};
