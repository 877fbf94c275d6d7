/** Made data that both sides learn from: users with a bag of items each, sessions of items. */
import { writeFileSync } from 'node:fs';
import type { SparseRows } from '@nextcart/models';

export interface Sizes {
  readonly rows: number;
  readonly items: number;
  /** Items of each row, all different. */
  readonly length: number;
}

/** Item numbers go with popularity: half of all choices fall on a quarter of the items. */
const SKEW = 2;

/** Rows of items drawn by a skewed popularity, the same in every run. Weights are 1. */
export const makeRows = ({ rows, items, length }: Sizes): SparseRows => {
  let seed = 12_345;
  /** Park and Miller's generator, in (0, 1). */
  const next = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const columns = new Int32Array(rows * length);
  for (let row = 0; row < rows; row += 1) {
    const chosen = new Set<number>();
    while (chosen.size < length) chosen.add(Math.floor(items * next() ** SKEW));
    columns.set([...chosen], row * length);
  }
  return {
    rowStart: Int32Array.from({ length: rows + 1 }, (_, row) => row * length),
    columns,
    weights: new Float32Array(columns.length).fill(1),
  };
};

/** As `protocol.py` reads them: int32 rows, items, starts, columns. */
export const writeRows = (file: string, { rowStart, columns }: SparseRows, items: number): void => {
  const numbers = Int32Array.of(rowStart.length - 1, items, ...rowStart);
  writeFileSync(file, Buffer.concat([Buffer.from(numbers.buffer), Buffer.from(columns.buffer)]));
};
