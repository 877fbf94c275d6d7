/**
 * Ridge regression of several targets on the rows of a sparse matrix (Hoerl and Kennard 1970), in float64:
 *   W = argmin ‖Y − ȳ − Xs·W‖² + λ‖W‖²,   xs_ij = (x_ij − m_j) / s_j.
 * Columns are centred and scaled within the products, so that a sparse matrix stays sparse and nothing of the size
 * columns² is made.
 */
import type { SparseRows } from '../item-graph.ts';
import { conjugateGradients } from './conjugate-gradients.ts';
import type { Table } from './table-of-numbers.ts';

/** none: s_j = 1, a rare column counts less. unit: standard deviations, all columns alike. */
export type Scaling = 'none' | 'unit';

export interface RidgeProblem {
  /** Mean of a column's Σ xs² over columns that vary: what a penalty is told in units of. */
  readonly meanSquares: number;
  /** Coefficients for the penalty `lambda` · meanSquares, above 0; `near` from a penalty like it makes it quicker. */
  solve(lambda: number, near?: RidgeFit): RidgeFit;
}

export interface RidgeFit {
  /** [columns, targets], of the columns as they are, unscaled. */
  readonly coefficients: Float64Array;
  /** [targets]. */
  readonly intercepts: Float64Array;
}

/** `rows` of `features` [·, columns] and of `targets` are what is learned from. */
export const ridgeProblem = (
  features: SparseRows,
  columns: number,
  targets: Table,
  rows: Int32Array,
  scaling: Scaling,
): RidgeProblem => {
  const { width } = targets;
  const { means, squares } = momentsOf(features, columns, rows);
  const scales = squares.map((sum) => (scaling === 'unit' && sum > 0 ? Math.sqrt(sum / rows.length) : 1));
  const diagonal = squares.map((sum, column) => sum / (scales[column] as number) ** 2);
  const varying = squares.reduce((count, sum) => count + Number(sum > 0), 0);
  const meanSquares = varying === 0 ? 1 : diagonal.reduce((sum, square) => sum + square, 0) / varying;
  const centre = meansOf(targets, rows);
  const centred = new Float64Array(rows.length * width);
  rows.forEach((row, at) => {
    for (let j = 0; j < width; j += 1)
      centred[at * width + j] = (targets.values[row * width + j] as number) - (centre[j] as number);
  });

  const scaled = new Float64Array(columns * width);
  /** Xs·v [rows, targets]. */
  const forward = (v: Float64Array, into: Float64Array): void => {
    const shift = new Float64Array(width);
    for (let column = 0; column < columns; column += 1)
      for (let j = 0; j < width; j += 1) {
        const value = (v[column * width + j] as number) / (scales[column] as number);
        scaled[column * width + j] = value;
        shift[j] = (shift[j] as number) - value * (means[column] as number);
      }
    rows.forEach((row, at) => {
      const start = at * width;
      into.set(shift, start);
      for (let entry = features.rowStart[row] as number; entry < (features.rowStart[row + 1] as number); entry += 1)
        addScaled(
          into,
          start,
          scaled,
          (features.columns[entry] as number) * width,
          features.weights[entry] as number,
          width,
        );
    });
  };
  /** Xsᵀ·r [columns, targets]. */
  const backward = (r: Float64Array, into: Float64Array): void => {
    into.fill(0);
    const sums = new Float64Array(width);
    rows.forEach((row, at) => {
      addScaled(sums, 0, r, at * width, 1, width);
      for (let entry = features.rowStart[row] as number; entry < (features.rowStart[row + 1] as number); entry += 1)
        addScaled(
          into,
          (features.columns[entry] as number) * width,
          r,
          at * width,
          features.weights[entry] as number,
          width,
        );
    });
    for (let column = 0; column < columns; column += 1)
      for (let j = 0; j < width; j += 1) {
        const at = column * width + j;
        into[at] =
          ((into[at] as number) - (means[column] as number) * (sums[j] as number)) / (scales[column] as number);
      }
  };

  return {
    meanSquares,
    solve: (lambda, near) => {
      if (!(lambda > 0)) throw new RangeError(`lambda must be above 0, not ${lambda}`);
      const penalty = lambda * meanSquares;
      const toOwnScale = (v: Float64Array, by: (scale: number) => number) =>
        v.map((value, at) => value * by(scales[Math.floor(at / width)] as number));
      const start = near ? toOwnScale(near.coefficients, (scale) => scale) : new Float64Array(columns * width);
      const solution = conjugateGradients({ forward, backward, targets: centred, diagonal, penalty, width, start });
      const coefficients = toOwnScale(solution, (scale) => 1 / scale);
      const intercepts = centre.slice();
      coefficients.forEach((value, at) => {
        intercepts[at % width] = (intercepts[at % width] as number) - value * (means[Math.floor(at / width)] as number);
      });
      return { coefficients, intercepts };
    },
  };
};

/** Predictions for some rows, [rows, targets]. */
export const predictRidge = (
  { coefficients, intercepts }: RidgeFit,
  features: SparseRows,
  rows: Int32Array,
): Float64Array => {
  const width = intercepts.length;
  const predictions = new Float64Array(rows.length * width);
  rows.forEach((row, at) => {
    predictions.set(intercepts, at * width);
    for (let entry = features.rowStart[row] as number; entry < (features.rowStart[row + 1] as number); entry += 1) {
      const from = (features.columns[entry] as number) * width;
      addScaled(predictions, at * width, coefficients, from, features.weights[entry] as number, width);
    }
  });
  return predictions;
};

/** into[at …] += factor · from[start …], `width` numbers. */
const addScaled = (
  into: Float64Array,
  at: number,
  from: Float64Array,
  start: number,
  factor: number,
  width: number,
): void => {
  for (let j = 0; j < width; j += 1) into[at + j] = (into[at + j] as number) + factor * (from[start + j] as number);
};

/** Of each column over the rows: its mean, and Σ (x − mean)². */
const momentsOf = (features: SparseRows, columns: number, rows: Int32Array) => {
  const means = new Float64Array(columns);
  const squares = new Float64Array(columns);
  for (const row of rows)
    for (let entry = features.rowStart[row] as number; entry < (features.rowStart[row + 1] as number); entry += 1) {
      const column = features.columns[entry] as number;
      const value = features.weights[entry] as number;
      means[column] = (means[column] as number) + value / rows.length;
      squares[column] = (squares[column] as number) + value * value;
    }
  // rounding of a column that is the same in all rows is no variance
  const spread = squares.map((sum, column) => {
    const about = sum - rows.length * (means[column] as number) ** 2;
    return about > 1e-12 * sum ? about : 0;
  });
  return { means, squares: spread };
};

const meansOf = ({ values, width }: Table, rows: Int32Array): Float64Array => {
  const means = new Float64Array(width);
  for (const row of rows)
    for (let j = 0; j < width; j += 1)
      means[j] = (means[j] as number) + (values[row * width + j] as number) / rows.length;
  return means;
};
