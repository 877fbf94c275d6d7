import { expect, test } from 'vitest';
import type { SparseRows } from '../item-graph.ts';
import { createRandom } from '../training/random.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { truncatedSvd } from './truncated-svd.ts';

const random = createRandom(3, 1);
const symmetric = (size: number) => {
  const half = Float64Array.from({ length: size * size }, () => random.next() - 0.5);
  return half.map((value, at) => value + (half[(at % size) * size + Math.floor(at / size)] as number));
};

test.each([1, 2, 7, 40])('eigenvectors of %d rows are orthonormal and stretched by their values', (size) => {
  const matrix = symmetric(size);
  const { values, vectors } = symmetricEigen(matrix, size);
  const row = (from: Float64Array, i: number) => from.subarray(i * size, (i + 1) * size);
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
  for (let i = 0; i < size; i += 1) {
    const vector = row(vectors, i);
    for (let j = 0; j < size; j += 1) {
      expect(dot(vector, row(vectors, j))).toBeCloseTo(Number(i === j), 9);
      expect(dot(row(matrix, j), vector)).toBeCloseTo((values[i] as number) * (vector[j] as number), 7);
    }
    if (i > 0) expect(values[i]).toBeLessThanOrEqual(values[i - 1] as number);
  }
});

/** [90, 60] with values that fall: columns of group g have weights of .8^g. */
const sparse = (): SparseRows => {
  const [rowStart, columns, weights] = [[0], [] as number[], [] as number[]];
  for (let row = 0; row < 90; row += 1) {
    for (let column = 0; column < 60; column += 1)
      if (random.next() < 0.2) {
        columns.push(column);
        weights.push(0.8 ** (column % 12) * (0.5 + random.next()));
      }
    rowStart.push(columns.length);
  }
  return {
    rowStart: Int32Array.from(rowStart),
    columns: Int32Array.from(columns),
    weights: Float32Array.from(weights),
  };
};

test('the largest singular values and the space of their vectors are those of the Gram matrix', async () => {
  const matrix = sparse();
  const gram = new Float64Array(60 * 60);
  for (let row = 0; row < 90; row += 1)
    for (let a = matrix.rowStart[row] as number; a < (matrix.rowStart[row + 1] as number); a += 1)
      for (let b = matrix.rowStart[row] as number; b < (matrix.rowStart[row + 1] as number); b += 1) {
        const at = (matrix.columns[a] as number) * 60 + (matrix.columns[b] as number);
        gram[at] = (gram[at] as number) + (matrix.weights[a] as number) * (matrix.weights[b] as number);
      }
  const expected = symmetricEigen(gram, 60);
  const shares: number[] = [];
  const found = await truncatedSvd(matrix, 60, {
    rank: 5,
    oversampling: 10,
    iterations: 30,
    seed: 1,
    threads: 1,
    onProgress: (share) => shares.push(share),
  });
  for (let k = 0; k < 5; k += 1) {
    expect(found.values[k]).toBeCloseTo(Math.sqrt(expected.values[k] as number), 4);
    let cosine = 0;
    for (let column = 0; column < 60; column += 1)
      cosine += (found.vectors[column * 5 + k] as number) * (expected.vectors[k * 60 + column] as number);
    expect(Math.abs(cosine)).toBeCloseTo(1, 4);
  }
  expect(shares.at(-1)).toBe(1);
});

test('the same seed gives the same bits, and a rank that is not there comes out as zeros', async () => {
  // two equal columns: rank 1
  const matrix = {
    rowStart: Int32Array.of(0, 2, 4),
    columns: Int32Array.of(0, 1, 0, 1),
    weights: new Float32Array(4).fill(1),
  };
  const options = { rank: 2, seed: 5, threads: 1 };
  const [a, b] = [await truncatedSvd(matrix, 2, options), await truncatedSvd(matrix, 2, options)];
  expect(a).toEqual(b);
  expect(a.values[0]).toBeCloseTo(2, 5);
  expect(a.values[1]).toBeCloseTo(0, 5);
  expect([a.vectors[1], a.vectors[3]].map((value) => Math.abs(value as number))).toEqual([0, 0]);
});
