/**
 * A ← −A⁻¹ of a symmetric positive definite matrix in place, by the sweep operator on blocks (Goodnight 1979, with the
 * signs of its reverse): with D = A_kk⁻¹, for each block k
 *   A_ij ← A_ij − A_ik D A_kj,   A_ik ← −A_ik D,   A_kk ← −D.
 * As many operations as a Cholesky factorisation and the inverse from it, n³, nearly all of them in products of tiles;
 * the matrix stays symmetric on the way, so its lower half is enough.
 */
import { addTo, createSymmetricTiles, type SymmetricTiles, tileAt } from './symmetric-tiles.ts';
import { createTileProducts, type TileProducts } from './tile-products.ts';

export interface InverseOptions {
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  /** Share of the work that is done, in (0, 1]. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** Tiles up to this size are inverted number by number. */
const SMALL_TILE = 64;

/** Throws a RangeError when the matrix is not positive definite, the signal's reason when it is aborted. */
export const negateInverse = async (matrix: SymmetricTiles, options: InverseOptions): Promise<void> => {
  const { tileSize, count, tiles } = matrix;
  const isSmall = tileSize <= SMALL_TILE;
  const large = await createTileProducts(tileSize, options.threads);
  const small = isSmall ? large : await createTileProducts(SMALL_TILE, options.threads);
  try {
    for (let block = 0; block < count; block += 1) {
      options.signal?.throwIfAborted();
      const pivot = tiles[tileAt(block, block)] as Float32Array;
      if (isSmall) negateInverseOfTile(pivot, tileSize);
      else await negateInverseByParts(pivot, tileSize, small);
      await sweep(matrix, block, large);
      options.onProgress?.((block + 1) / count);
    }
  } finally {
    await large.close();
    if (!isSmall) await small.close();
  }
};

/** What the step of block k does to all other tiles; the tile (k, k) is −D already. */
const sweep = async ({ tileSize, count, tiles }: SymmetricTiles, k: number, products: TileProducts): Promise<void> => {
  const pivot = tiles[tileAt(k, k)] as Float32Array;
  const others = Array.from({ length: count }, (_, i) => i).filter((i) => i !== k);
  const placeOf = (i: number) => (i > k ? tileAt(i, k) : tileAt(k, i));
  const before = others.map((i) => tiles[placeOf(i)] as Float32Array);
  for (const [at, i] of others.entries()) {
    const after = new Float32Array(tileSize * tileSize);
    const old = before[at] as Float32Array;
    await (i > k ? products.product(old, pivot, after) : products.product(pivot, old, after));
    tiles[placeOf(i)] = after;
  }
  let spare: Float32Array = new Float32Array(tileSize * tileSize);
  for (const [atI, i] of others.entries())
    for (const [atJ, j] of others.slice(0, atI + 1).entries()) {
      const place = tileAt(i, j);
      const tile = tiles[place] as Float32Array;
      // above the diagonal a tile is stored as its transpose
      const a = { tile: tiles[placeOf(i)] as Float32Array, transposed: i < k };
      await products.addProduct(tile, a, { tile: before[atJ] as Float32Array, transposed: j > k }, spare);
      tiles[place] = spare;
      spare = tile;
    }
};

/** A tile cut into small ones, by the same steps. */
const negateInverseByParts = async (tile: Float32Array, size: number, products: TileProducts): Promise<void> => {
  const parts = createSymmetricTiles(size, SMALL_TILE);
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column <= row; column += 1) addTo(parts, row, column, tile[row * size + column] as number);
  for (let block = 0; block < parts.count; block += 1) {
    negateInverseOfTile(parts.tiles[tileAt(block, block)] as Float32Array, SMALL_TILE);
    await sweep(parts, block, products);
  }
  for (let row = 0; row < size; row += 1) {
    const own = Math.floor(row / SMALL_TILE);
    for (let column = 0; column <= row; column += 1) {
      const other = Math.floor(column / SMALL_TILE);
      const inside = (row - own * SMALL_TILE) * SMALL_TILE + column - other * SMALL_TILE;
      const value = (parts.tiles[tileAt(own, other)] as Float32Array)[inside] as number;
      tile[row * size + column] = value;
      tile[column * size + row] = value;
    }
  }
};

/** The same number by number, in float64. */
const negateInverseOfTile = (tile: Float32Array, size: number): void => {
  const a = Float64Array.from(tile);
  for (let k = 0; k < size; k += 1) {
    const pivot = a[k * size + k] as number;
    if (!(pivot > 0)) throw new RangeError(`the matrix is not positive definite: a pivot of ${pivot}`);
    const column = Float64Array.from({ length: size }, (_, i) => a[i * size + k] as number);
    for (let i = 0; i < size; i += 1) {
      if (i === k) continue;
      const factor = (column[i] as number) / pivot;
      for (let j = 0; j < size; j += 1)
        if (j !== k) a[i * size + j] = (a[i * size + j] as number) - factor * (column[j] as number);
      a[i * size + k] = -factor;
      a[k * size + i] = -factor;
    }
    a[k * size + k] = -1 / pivot;
  }
  tile.set(a);
};
