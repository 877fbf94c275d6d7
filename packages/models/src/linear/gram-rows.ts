import type { SparseRows } from '../item-graph.ts';
import { gramMemory } from '../memory/fit-memory.ts';
import { checkMemory } from '../memory/memory-need.ts';
import { transposeRows } from './transpose-rows.ts';

/**
 * XᵀX of a sparse X [rows, columns], as sparse rows [columns, columns], columns in rising order within each. Throws a
 * RangeError where that could take more than `memoryBytes` (`MemoryOptions`).
 */
export const gramRows = (matrix: SparseRows, columnCount: number, memoryBytes?: number): SparseRows => {
  checkMemory(gramMemory(matrix, columnCount), memoryBytes);
  const transposed = transposeRows(matrix, columnCount);
  const rowStart = new Int32Array(columnCount + 1);
  const rows: { readonly columns: Int32Array; readonly weights: Float32Array }[] = [];
  const sums = new Float64Array(columnCount);
  const isTouched = new Uint8Array(columnCount);
  const touched = new Int32Array(columnCount);
  for (let column = 0; column < columnCount; column += 1) {
    let count = 0;
    for (let at = transposed.rowStart[column] as number; at < (transposed.rowStart[column + 1] as number); at += 1) {
      const row = transposed.columns[at] as number;
      const weight = transposed.weights[at] as number;
      for (let entry = matrix.rowStart[row] as number; entry < (matrix.rowStart[row + 1] as number); entry += 1) {
        const other = matrix.columns[entry] as number;
        if (isTouched[other] === 0) touched[count++] = other;
        isTouched[other] = 1;
        sums[other] = (sums[other] as number) + weight * (matrix.weights[entry] as number);
      }
    }
    const columns = touched.slice(0, count).sort();
    rows.push({ columns, weights: Float32Array.from(columns, (other) => sums[other] as number) });
    rowStart[column + 1] = (rowStart[column] as number) + count;
    for (const other of columns) {
      sums[other] = 0;
      isTouched[other] = 0;
    }
  }
  const columns = new Int32Array(rowStart[columnCount] as number);
  const weights = new Float32Array(columns.length);
  rows.forEach((row, at) => {
    columns.set(row.columns, rowStart[at]);
    weights.set(row.weights, rowStart[at]);
  });
  return { rowStart, columns, weights };
};
