/** Which items stand near each other in sessions, as rows for `cosineWeights` (Item-KNN, and last-item co-occurrence). */
import type { SparseRows } from '../item-graph.ts';
import type { Sessions } from '../session-index.ts';

export interface SessionGraphOptions {
  /** Places apart that still count. */
  readonly reach: number;
  /** Whether an item that came before counts for one that came after only, or for both. */
  readonly forward: boolean;
  /** A pair d places apart counts d^−fade. */
  readonly fade: number;
}

/** [items, items] without a diagonal; a row's columns rise. */
export const sessionGraph = (
  { rowStart, columns }: Sessions,
  items: number,
  { reach, forward, fade }: SessionGraphOptions,
): SparseRows => {
  const rows = Array.from({ length: items }, () => new Map<number, number>());
  const add = (from: number, to: number, weight: number) => {
    const row = rows[from] as Map<number, number>;
    row.set(to, (row.get(to) ?? 0) + weight);
  };
  for (let session = 0; session + 1 < rowStart.length; session += 1) {
    const last = rowStart[session + 1] as number;
    for (let at = rowStart[session] as number; at < last; at += 1)
      for (let next = at + 1; next < Math.min(last, at + reach + 1); next += 1) {
        const [from, to] = [columns[at] as number, columns[next] as number];
        if (from === to) continue;
        const weight = (next - at) ** -fade;
        add(from, to, weight);
        if (!forward) add(to, from, weight);
      }
  }
  const starts = new Int32Array(items + 1);
  rows.forEach((row, item) => void (starts[item + 1] = (starts[item] as number) + row.size));
  const graph = {
    rowStart: starts,
    columns: new Int32Array(starts[items] as number),
    weights: new Float32Array(starts[items] as number),
  };
  rows.forEach((row, item) =>
    [...row.entries()]
      .sort(([a], [b]) => a - b)
      .forEach(([column, weight], place) => {
        graph.columns[(starts[item] as number) + place] = column;
        graph.weights[(starts[item] as number) + place] = weight;
      }),
  );
  return graph;
};
