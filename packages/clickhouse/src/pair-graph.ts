/**
 * Pairs of items within sequences as an item-item graph.
 * Invariants: symmetric before the cut to `top`; the same sequences give the same bytes (sums run in the order of the
 * cells, ties go to the smaller item); cost is cells × 2·reach, so a giant session costs no more than its length.
 */
import type { ItemGraph } from '@nextcart/contracts';
import type { Sequences } from './sequences.ts';

export interface PairOptions {
  /** Cells at most this far apart are a pair. */
  readonly reach: number;
  /** Weight of a pair by its distance in cells (≥ 1) and in time; 0 = no pair. */
  weight(distance: number, gapMs: number): number;
  /** An older pair counts half for each of these before the newest cell; the age of a pair is its later cell's. */
  readonly halfLifeMs: number;
  /** Neighbours kept for an item. */
  readonly top: number;
}

/** Cells by item: item i is at occurrences[start[i] .. start[i+1]). */
const cellsByItem = ({ items, columns }: Sequences) => {
  const start = new Int32Array(items.length + 1);
  for (const item of columns) start[item + 1] = (start[item + 1] as number) + 1;
  for (let i = 0; i < items.length; i += 1) start[i + 1] = (start[i + 1] as number) + (start[i] as number);
  const next = start.slice();
  const cells = new Int32Array(columns.length);
  for (const [cell, item] of columns.entries()) {
    cells[next[item] as number] = cell;
    next[item] = (next[item] as number) + 1;
  }
  return { start, cells };
};

export const pairGraph = (sequences: Sequences, options: PairOptions): ItemGraph => {
  const { items, rowStart, columns, times } = sequences;
  const { reach, weight, halfLifeMs, top } = options;
  // relative to the newest cell and not to the watermark: an idle shop's graph stays the same snapshot
  const newest = times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const recency = times.map((time) => 2 ** ((time - newest) / halfLifeMs));
  const rowOf = new Int32Array(columns.length);
  for (let s = 0; s + 1 < rowStart.length; s += 1) rowOf.fill(s, rowStart[s], rowStart[s + 1]);

  const { start, cells } = cellsByItem(sequences);
  const sums = new Float64Array(items.length);
  const outStart = new Int32Array(items.length + 1);
  const outColumns: number[] = [];
  const outWeights: number[] = [];
  for (let item = 0; item < items.length; item += 1) {
    const touched: number[] = [];
    for (let o = start[item] as number; o < (start[item + 1] as number); o += 1) {
      const cell = cells[o] as number;
      const row = rowOf[cell] as number;
      const to = Math.min((rowStart[row + 1] as number) - 1, cell + reach);
      for (let other = Math.max(rowStart[row] as number, cell - reach); other <= to; other += 1) {
        const neighbour = columns[other] as number;
        if (neighbour === item) continue;
        const later = Math.max(cell, other);
        const gapMs = Math.abs((times[cell] as number) - (times[other] as number));
        const pair = weight(Math.abs(cell - other), gapMs) * (recency[later] as number);
        if (pair === 0) continue;
        if (sums[neighbour] === 0) touched.push(neighbour);
        sums[neighbour] = (sums[neighbour] as number) + pair;
      }
    }
    touched.sort((a, b) => (sums[b] as number) - (sums[a] as number) || a - b);
    for (const neighbour of touched.slice(0, top)) {
      outColumns.push(neighbour);
      outWeights.push(sums[neighbour] as number);
    }
    for (const neighbour of touched) sums[neighbour] = 0;
    outStart[item + 1] = outColumns.length;
  }
  return { items, rowStart: outStart, columns: Int32Array.from(outColumns), weights: Float32Array.from(outWeights) };
};
