/**
 * EDLAE (Steck 2020, "Autoencoders that don't overfit towards the identity"): the item-item weights that best predict a
 * user's items from the others under dropout, in closed form,
 *   P = (XᵀX + diag(lambda + p/(1−p) · diag(XᵀX)))⁻¹,   B_ij = −P_ij / P_jj,   B_jj = 0.
 * Float32 in n²/2 numbers and n³ operations: to about 45,000 items.
 */
import { checkBags } from '../autoencoder/bags.ts';
import { createBest } from '../best.ts';
import type { SparseRows } from '../item-graph.ts';
import { edlaeMemory } from '../memory/fit-memory.ts';
import { checkMemory, type MemoryOptions } from '../memory/memory-need.ts';
import { type InverseOptions, negateInverse } from './negated-inverse.ts';
import { addTo, createSymmetricTiles, diagonalOf, readRow, type SymmetricTiles } from './symmetric-tiles.ts';

export interface EdlaeOptions extends InverseOptions, MemoryOptions {
  /** 50 to 1,200, by validation. */
  readonly lambda: number;
  /** p, the share of a user's items that is thought to be missing: .33 to .5. */
  readonly dropout: number;
  /** How many weights of a row are kept, the largest by magnitude; 200 where lists are served. */
  readonly keep: number;
  /** Side of the tiles; 1,024 keeps the cores at products. */
  readonly tileSize?: number;
}

/**
 * `bags` [users, items] with X's entries as weights, each item once a user. Returns B's rows [items, ≤ keep], columns
 * in rising order: what having item i adds to the score of each j. Throws a RangeError for lambda ≤ 0 and for items that are
 * not known or twice in a row, and more items than memory has room for.
 */
export const fitEdlae = async (bags: SparseRows, items: number, options: EdlaeOptions): Promise<SparseRows> => {
  const { lambda, dropout, keep, tileSize = 1024 } = options;
  if (!(lambda > 0)) throw new RangeError(`lambda must be above 0, not ${lambda}`);
  if (!(dropout >= 0 && dropout < 1)) throw new RangeError(`dropout must be in [0, 1), not ${dropout}`);
  checkMemory(edlaeMemory(items, { keep, tileSize }), options.memoryBytes);
  checkBags(bags, items, 'bags');
  const matrix = createSymmetricTiles(items, tileSize);
  const diagonal = addGram(bags, matrix);
  diagonal.forEach((square, item) => addTo(matrix, item, item, lambda + (dropout / (1 - dropout)) * square));
  await negateInverse(matrix, options);
  return strongestWeights(matrix, keep);
};

/** Adds XᵀX; returns its diagonal. */
const addGram = ({ rowStart, columns, weights }: SparseRows, matrix: SymmetricTiles): Float64Array => {
  const diagonal = new Float64Array(matrix.size);
  for (let user = 0; user + 1 < rowStart.length; user += 1) {
    const [start, end] = [rowStart[user] as number, rowStart[user + 1] as number];
    for (let a = start; a < end; a += 1) {
      const item = columns[a] as number;
      const weight = weights[a] as number;
      diagonal[item] = (diagonal[item] as number) + weight * weight;
      for (let b = start; b < end; b += 1) {
        const other = columns[b] as number;
        if (other <= item) addTo(matrix, item, other, weight * (weights[b] as number));
      }
    }
  }
  return diagonal;
};

/** Of −A⁻¹ the ratios within a column have the signs of those of A⁻¹. */
const strongestWeights = (matrix: SymmetricTiles, keep: number): SparseRows => {
  const { size } = matrix;
  const kept = Math.min(keep, size - 1);
  const pivots = diagonalOf(matrix);
  const columns = new Int32Array(size * kept);
  const weights = new Float32Array(size * kept);
  const best = createBest(kept, String);
  const row = new Float32Array(size);
  for (let item = 0; item < size; item += 1) {
    readRow(matrix, item, row);
    for (let j = 0; j < size; j += 1) {
      row[j] = -(row[j] as number) / (pivots[j] as number);
      if (j !== item) best.offer(j, Math.abs(row[j] as number));
    }
    best
      .take()
      .sort()
      .forEach((j, at) => {
        columns[item * kept + at] = j;
        weights[item * kept + at] = row[j] as number;
      });
  }
  return { rowStart: Int32Array.from({ length: size + 1 }, (_, item) => item * kept), columns, weights };
};

/**
 * Scores of some users, [users.length, items]: Σ over a user's items of weight · B's row. Throws a RangeError for users and
 * items that are not there, weights that are no numbers, and where `into` has no room.
 */
export const scoreLinear = (model: SparseRows, bags: SparseRows, users: Int32Array, into: Float32Array): void => {
  const items = model.rowStart.length - 1;
  if (into.length < users.length * items)
    throw new RangeError(`${users.length} users, ${items} items: no room in ${into.length} numbers`);
  into.fill(0, 0, users.length * items);
  users.forEach((user, place) => {
    const start = place * items;
    if (!(user >= 0 && user + 1 < bags.rowStart.length))
      throw new RangeError(`user ${user} of ${bags.rowStart.length - 1}`);
    for (let at = bags.rowStart[user] as number; at < (bags.rowStart[user + 1] as number); at += 1) {
      const item = bags.columns[at] as number;
      const weight = bags.weights[at] as number;
      if (!(item >= 0 && item < items)) throw new RangeError(`user ${user} has item ${item} of ${items}`);
      if (!Number.isFinite(weight)) throw new RangeError(`user ${user} has weight ${weight}`);
      for (let entry = model.rowStart[item] as number; entry < (model.rowStart[item + 1] as number); entry += 1) {
        const place = start + (model.columns[entry] as number);
        into[place] = (into[place] as number) + weight * (model.weights[entry] as number);
      }
    }
  });
};
