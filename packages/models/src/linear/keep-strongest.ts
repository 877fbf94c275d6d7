import { createBest } from '../best.ts';
import type { SparseRows } from '../item-graph.ts';

/** The `keep` entries of each row that are largest by magnitude, in the order in which they stand. */
export const keepStrongest = ({ rowStart, columns, weights }: SparseRows, keep: number): SparseRows => {
  const rows = rowStart.length - 1;
  const starts = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row += 1) {
    const length = (rowStart[row + 1] as number) - (rowStart[row] as number);
    starts[row + 1] = (starts[row] as number) + Math.min(keep, length);
  }
  const kept = { columns: new Int32Array(starts[rows] as number), weights: new Float32Array(starts[rows] as number) };
  const best = createBest(keep, String);
  for (let row = 0; row < rows; row += 1) {
    const [start, end] = [rowStart[row] as number, rowStart[row + 1] as number];
    if (end - start <= keep) {
      kept.columns.set(columns.subarray(start, end), starts[row]);
      kept.weights.set(weights.subarray(start, end), starts[row]);
      continue;
    }
    for (let at = start; at < end; at += 1) best.offer(at, Math.abs(weights[at] as number));
    best
      .take()
      .sort()
      .forEach((at, place) => {
        kept.columns[(starts[row] as number) + place] = columns[at] as number;
        kept.weights[(starts[row] as number) + place] = weights[at] as number;
      });
  }
  return { rowStart: starts, ...kept };
};
