/**
 * A symmetric matrix as the square tiles of its lower triangle: half the memory, and no array beyond what the engine
 * takes at once. Rows that fill the last tile up are those of the identity, so that an inverse passes them by.
 */
export interface SymmetricTiles {
  /** Rows that were asked for. */
  readonly size: number;
  readonly tileSize: number;
  /** Tiles in a column. */
  readonly count: number;
  /** [tileSize, tileSize] each, row after row: (0,0), (1,0), (1,1), (2,0), …; replaced, not only changed. */
  readonly tiles: Float32Array[];
}

export const tileAt = (row: number, column: number): number => (row * (row + 1)) / 2 + column;

export const createSymmetricTiles = (size: number, tileSize: number): SymmetricTiles => {
  const count = Math.ceil(size / tileSize);
  const tiles = Array.from({ length: tileAt(count, 0) }, () => new Float32Array(tileSize * tileSize));
  const matrix = { size, tileSize, count, tiles };
  for (let row = size; row < count * tileSize; row += 1) addTo(matrix, row, row, 1);
  return matrix;
};

/** Entry (row, column) with column ≤ row. */
export const addTo = ({ tileSize, tiles }: SymmetricTiles, row: number, column: number, value: number): void => {
  const [tileRow, tileColumn] = [Math.floor(row / tileSize), Math.floor(column / tileSize)];
  const tile = tiles[tileAt(tileRow, tileColumn)] as Float32Array;
  const at = (row - tileRow * tileSize) * tileSize + column - tileColumn * tileSize;
  tile[at] = (tile[at] as number) + value;
  // a tile on the diagonal is whole, so that it can be multiplied as it is
  if (tileRow === tileColumn && row !== column) {
    const mirrored = (column - tileColumn * tileSize) * tileSize + row - tileRow * tileSize;
    tile[mirrored] = (tile[mirrored] as number) + value;
  }
};

/** Row `row` of the whole matrix into [size]. */
export const readRow = ({ size, tileSize, count, tiles }: SymmetricTiles, row: number, into: Float32Array): void => {
  const own = Math.floor(row / tileSize);
  const inside = row - own * tileSize;
  for (let other = 0; other < count; other += 1) {
    const start = other * tileSize;
    const length = Math.min(tileSize, size - start);
    const tile = tiles[other <= own ? tileAt(own, other) : tileAt(other, own)] as Float32Array;
    if (other <= own) into.set(tile.subarray(inside * tileSize, inside * tileSize + length), start);
    else for (let i = 0; i < length; i += 1) into[start + i] = tile[i * tileSize + inside] as number;
  }
};

export const diagonalOf = ({ size, tileSize, tiles }: SymmetricTiles): Float32Array =>
  Float32Array.from({ length: size }, (_, row) => {
    const own = Math.floor(row / tileSize);
    const inside = row - own * tileSize;
    return (tiles[tileAt(own, own)] as Float32Array)[inside * tileSize + inside] as number;
  });

/** A whole symmetric matrix [size, size] as tiles. */
export const cutIntoParts = (whole: Float32Array, size: number, tileSize: number): SymmetricTiles => {
  const parts = createSymmetricTiles(size, tileSize);
  eachRow(parts, (tile, inside, row, start, length) =>
    tile.set(whole.subarray(row * size + start, row * size + start + length), inside),
  );
  return parts;
};

/** The whole matrix again, into [size, size]. */
export const joinParts = (parts: SymmetricTiles, whole: Float32Array): void => {
  const { size } = parts;
  eachRow(parts, (tile, inside, row, start, length) => {
    whole.set(tile.subarray(inside, inside + length), row * size + start);
    for (let j = 0; j < length; j += 1) whole[(start + j) * size + row] = tile[inside + j] as number;
  });
};

/** Each row of each tile: where it stands in the tile, and which `length` columns of which row of the matrix it is. */
const eachRow = (
  { size, tileSize, tiles }: SymmetricTiles,
  take: (tile: Float32Array, inside: number, row: number, start: number, length: number) => void,
): void => {
  for (let row = 0; row < size; row += 1) {
    const own = Math.floor(row / tileSize);
    for (let other = 0; other <= own; other += 1) {
      const start = other * tileSize;
      const tile = tiles[tileAt(own, other)] as Float32Array;
      take(tile, (row - own * tileSize) * tileSize, row, start, Math.min(tileSize, size - start));
    }
  }
};
