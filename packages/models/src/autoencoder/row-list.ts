import type { SparseRows } from '../item-graph.ts';

/** Column and weight. */
export type RowEntry = readonly [column: number, weight: number];

/** Sparse rows that are made one after the other. */
export const createRowList = () => {
  const rowStart = [0];
  const columns: number[] = [];
  const weights: number[] = [];
  return {
    add: (entries: readonly RowEntry[]): void => {
      for (const [column, weight] of entries) {
        columns.push(column);
        weights.push(weight);
      }
      rowStart.push(columns.length);
    },
    size: (): number => rowStart.length - 1,
    rows: (): SparseRows => ({
      rowStart: Int32Array.from(rowStart),
      columns: Int32Array.from(columns),
      weights: Float32Array.from(weights),
    }),
  };
};
