/**
 * The largest singular values of a sparse matrix with their right vectors, by randomised subspace iteration (Halko,
 * Martinsson and Tropp 2011, algorithms 4.4 and 5.1): a random basis, wider than what is asked for, goes through AᵀA a few
 * times and is made orthonormal after each; the last basis is turned into the directions of its own singular vectors.
 * Directions below 3 % of the largest singular value are lost in float32, and come out as zeros.
 */
import type { SparseRows } from '../item-graph.ts';
import { svdMemory } from '../memory/fit-memory.ts';
import { checkMemory, type MemoryOptions } from '../memory/memory-need.ts';
import { createRandom } from '../training/random.ts';
import { gatherSum } from '../training/sparse-layer.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { openGram, openTurn } from './tall-products.ts';
import { transposeRows } from './transpose-rows.ts';

export interface SvdOptions extends MemoryOptions {
  readonly rank: number;
  readonly seed: number;
  readonly threads: number;
  /** Directions beyond the rank, which make the last ones converge; 64. */
  readonly oversampling?: number;
  /** Times through AᵀA: 8. */
  readonly iterations?: number;
  readonly signal?: AbortSignal | undefined;
  /** Share of the work that is done, in (0, 1]. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

export interface TruncatedSvd {
  /** [rank], falling. */
  readonly values: Float64Array;
  /** [columns, rank]: row c holds column c's part of each right singular vector. */
  readonly vectors: Float32Array;
}

const PURPOSE = 110;
/** Of the largest eigenvalue of a float32 Gram matrix: below is noise. */
const NOISE = 1e-6;

/** Of `matrix` [rows, columnCount]; the rank is at most `columnCount`. Throws a RangeError for more than memory has room for. */
export const truncatedSvd = async (
  matrix: SparseRows,
  columnCount: number,
  options: SvdOptions,
): Promise<TruncatedSvd> => {
  const { seed, threads, oversampling = 64, iterations = 8 } = options;
  const rank = Math.min(options.rank, columnCount);
  const width = Math.min(rank + oversampling, columnCount);
  const rowCount = matrix.rowStart.length - 1;
  checkMemory(
    svdMemory({ rows: rowCount, columns: columnCount, entries: matrix.columns.length }, { rank, width }),
    options.memoryBytes,
  );
  const transposed = transposeRows(matrix, columnCount);
  const rows = new Float32Array(rowCount * width);
  const columns = new Float32Array(columnCount * width);
  const basis = new Float32Array(columnCount * width);
  const gram = new Float32Array(width * width);
  const turn = new Float32Array(width * width);
  const sizeOf = (length: number) => ({ length, width, threads });
  const gramOfRows = await openGram(rows, gram, sizeOf(rowCount));
  const gramOfColumns = await openGram(columns, gram, sizeOf(columnCount));
  const turnColumns = await openTurn(columns, turn, basis, sizeOf(columnCount));
  const eigen = () => symmetricEigen(Float64Array.from(gram), width);
  try {
    createRandom(seed, PURPOSE).fillNormal(columns);
    for (let iteration = 0; iteration <= iterations; iteration += 1) {
      options.signal?.throwIfAborted();
      await gramOfColumns.run();
      const { values, vectors } = eigen();
      fillTurn(turn, vectors, width, (at) => {
        const value = values[at] as number;
        return value > NOISE * (values[0] as number) ? 1 / Math.sqrt(value) : 0;
      });
      await turnColumns.run();
      gatherSum(basis, width, matrix, rows);
      if (iteration < iterations) gatherSum(rows, width, transposed, columns);
      options.onProgress?.((iteration + 1) / (iterations + 1));
    }
    await gramOfRows.run();
    const { values, vectors } = eigen();
    columns.set(basis);
    fillTurn(turn, vectors, width, () => 1);
    await turnColumns.run();
    return {
      values: values.slice(0, rank).map((value) => Math.sqrt(Math.max(0, value))),
      vectors: firstColumns(basis, width, rank),
    };
  } finally {
    await Promise.all([gramOfRows, gramOfColumns, turnColumns].map((product) => product.close()));
  }
};

/** turn[:, at] = factor(at) · vector at. */
const fillTurn = (turn: Float32Array, vectors: Float64Array, width: number, factor: (at: number) => number): void => {
  for (let at = 0; at < width; at += 1) {
    const scale = factor(at);
    for (let i = 0; i < width; i += 1) turn[i * width + at] = scale * (vectors[at * width + i] as number);
  }
};

const firstColumns = (from: Float32Array, width: number, count: number): Float32Array => {
  const rows = from.length / width;
  const into = new Float32Array(rows * count);
  for (let row = 0; row < rows; row += 1) into.set(from.subarray(row * width, row * width + count), row * count);
  return into;
};
