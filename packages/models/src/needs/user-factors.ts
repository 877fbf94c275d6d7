/** What a linear model knows of users, in as many numbers as latents have: to be compared with them. */
import type { SparseRows } from '../item-graph.ts';
import { type SvdOptions, truncatedSvd } from '../linear/truncated-svd.ts';
import { gatherSum } from '../training/sparse-layer.ts';
import type { Table } from './table-of-numbers.ts';

/**
 * Coordinates of users' rows along the strongest directions of `bags` [users, items] (uncentred principal components,
 * X·V): [users, rank].
 */
export const pcaFactors = async (bags: SparseRows, items: number, options: SvdOptions): Promise<Table> => {
  const { vectors, values } = await truncatedSvd(bags, items, options);
  return rowsTimes(bags, vectors, values.length);
};

/**
 * The same of EDLAE's scores X·B along the strongest directions of its weights B = U·S·Vᵀ [items, items]: X·B·V, which
 * holds all of the scores when the rank is full.
 */
export const edlaeFactors = async (weights: SparseRows, bags: SparseRows, options: SvdOptions): Promise<Table> => {
  const items = weights.rowStart.length - 1;
  const { vectors, values } = await truncatedSvd(weights, items, options);
  const turned = rowsTimes(weights, vectors, values.length);
  return rowsTimes(bags, turned.values, values.length);
};

const rowsTimes = (rows: SparseRows, by: Float32Array, width: number) => {
  const values = new Float32Array((rows.rowStart.length - 1) * width);
  gatherSum(by, width, rows, values);
  return { values, width };
};
