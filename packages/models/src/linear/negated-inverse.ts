/**
 * A ← −A⁻¹ of a symmetric positive definite matrix in place, by the sweep operator on blocks (Goodnight 1979, with the
 * signs of its reverse): with D = A_kk⁻¹, for each block k
 *   A_ij ← A_ij − A_ik D A_kj,   A_ik ← −A_ik D,   A_kk ← −D.
 * As many operations as a Cholesky factorisation and the inverse from it, n³, nearly all of them in products of tiles;
 * the matrix stays symmetric on the way, so its lower half is enough.
 */
import { cutIntoParts, joinParts, type SymmetricTiles, tileAt } from './symmetric-tiles.ts';
import { createTileProducts, type TileProducts } from './tile-products.ts';

export interface InverseOptions {
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  /** Share of the work that is done, in (0, 1]. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** Tiles up to this size are inverted number by number. */
const SMALL_TILE = 64;
/**
 * A larger one is cut into so many parts a side, each of them again: few calls of the engine, and most of the work in
 * large ones.
 */
const PARTS = 4;

/** Throws a RangeError when the matrix is not positive definite, the signal's reason when it is aborted. */
export const negateInverse = async (matrix: SymmetricTiles, options: InverseOptions): Promise<void> => {
  const levels: TileProducts[] = [];
  try {
    for (const size of partSizes(matrix.tileSize)) levels.push(await createTileProducts(size, options.threads));
    await negate(matrix, levels, (block) => {
      options.signal?.throwIfAborted();
      if (block > 0) options.onProgress?.(block / matrix.count);
    });
    options.onProgress?.(1);
  } finally {
    for (const level of levels) await level.close();
  }
};

/** Sides of tiles, of their parts, of the parts of those. */
const partSizes = (tileSize: number): number[] =>
  tileSize <= SMALL_TILE ? [tileSize] : [tileSize, ...partSizes(Math.max(SMALL_TILE, Math.ceil(tileSize / PARTS)))];

/** `levels`: products of the matrix' tiles, then of their parts. */
const negate = async (
  matrix: SymmetricTiles,
  [products, ...finer]: readonly TileProducts[],
  onBlock?: (block: number) => void,
): Promise<void> => {
  const { tileSize, count, tiles } = matrix;
  const spares: Float32Array[] = [];
  for (let block = 0; block < count; block += 1) {
    onBlock?.(block);
    const pivot = tiles[tileAt(block, block)] as Float32Array;
    if (finer.length === 0) negateInverseOfTile(pivot, tileSize);
    else {
      const parts = cutIntoParts(pivot, tileSize, (finer[0] as TileProducts).size);
      await negate(parts, finer);
      joinParts(parts, pivot);
    }
    await sweep(matrix, block, products as TileProducts, spares);
  }
};

/** What the step of block k does to all other tiles; the tile (k, k) is −D already. `spares`: tiles that nobody reads. */
const sweep = async (
  { tileSize, count, tiles }: SymmetricTiles,
  k: number,
  products: TileProducts,
  spares: Float32Array[],
): Promise<void> => {
  const blank = () => spares.pop() ?? new Float32Array(tileSize * tileSize);
  const pivot = tiles[tileAt(k, k)] as Float32Array;
  /** By block i, A_ik before and after: above the diagonal it is stored as its transpose. */
  const before: Float32Array[] = [];
  const after: Float32Array[] = [];
  for (let i = 0; i < count; i += 1) {
    if (i === k) continue;
    const place = i > k ? tileAt(i, k) : tileAt(k, i);
    const stored = tiles[place] as Float32Array;
    const own = i > k ? stored : blank();
    if (i < k) await products.transpose(stored, own);
    const swept = blank();
    await products.product(own, pivot, swept);
    if (i < k) await products.transpose(swept, stored);
    else tiles[place] = swept;
    [before[i], after[i]] = [own, swept];
  }
  let spare = blank();
  for (let i = 0; i < count; i += 1)
    for (let j = 0; j <= i; j += 1) {
      if (i === k || j === k) continue;
      const place = tileAt(i, j);
      const tile = tiles[place] as Float32Array;
      await products.addProduct(tile, after[i] as Float32Array, before[j] as Float32Array, spare);
      tiles[place] = spare;
      spare = tile;
    }
  spares.push(spare, ...before.filter((_, i) => i !== k), ...after.slice(0, k));
};

/** Of a tile, number by number, in float64, on its lower half. */
const negateInverseOfTile = (tile: Float32Array, size: number): void => {
  const a = Float64Array.from(tile);
  const column = new Float64Array(size);
  const placeOf = (i: number, k: number) => (i > k ? i * size + k : k * size + i);
  for (let k = 0; k < size; k += 1) {
    const pivot = a[k * size + k] as number;
    if (!(pivot > 0)) throw new RangeError(`the matrix is not positive definite: a pivot of ${pivot}`);
    for (let i = 0; i < size; i += 1) column[i] = a[placeOf(i, k)] as number;
    for (let i = 0; i < size; i += 1) {
      if (i === k) continue;
      const factor = (column[i] as number) / pivot;
      const row = i * size;
      for (let j = 0; j <= i; j += 1) a[row + j] = (a[row + j] as number) - factor * (column[j] as number);
      a[placeOf(i, k)] = -factor;
    }
    a[k * size + k] = -1 / pivot;
  }
  for (let i = 0; i < size; i += 1) for (let j = 0; j < size; j += 1) tile[i * size + j] = a[placeOf(i, j)] as number;
};
