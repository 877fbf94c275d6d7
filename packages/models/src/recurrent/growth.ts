/**
 * A model that goes on learning with a catalogue that has grown. Invariant: what it knew keeps its bits; items keep their
 * numbers, new ones come after them, and the rows of hashed columns move behind those.
 */
import type { SparseRows } from '../item-graph.ts';
import { checkGrowth, type GrownItems, growRows } from '../training/grow-rows.ts';
import { BIAS, checkWeights, type RecurrentModel, type RecurrentShape, TABLE } from './shape.ts';

export interface Growth extends GrownItems {
  /** [items, features]; wanted where the model's items have features. */
  readonly itemFeatures?: SparseRows;
}

/**
 * The model with rows for new items: each starts at the mean of its group's known items (of all, where the group has
 * none), so that with its features' rows it stands at P·f + the group's mean; its bias as well. Throws a RangeError for
 * a catalogue that has shrunk, groups of another size, or features that are missing.
 */
export const growModel = (model: RecurrentModel, growth: Growth): RecurrentModel => {
  const { shape, weights } = model;
  const { items, itemFeatures } = growth;
  checkWeights(shape, weights);
  checkGrowth(growth, shape.items);
  if (model.itemFeatures && !itemFeatures)
    throw new RangeError('the model knows items by their features: give those of the grown catalogue as itemFeatures');
  const grown: RecurrentShape = { ...shape, items };
  const { width } = shape;
  const table = weights[TABLE] as Float32Array;
  const rows = new Float32Array((items + shape.features) * width);
  rows.set(growRows(table, width, shape.items, growth));
  rows.set(table.subarray(shape.items * width), items * width);
  // copies: a training changes weights in place, and the old model may be serving
  const dense = Object.fromEntries(Object.entries(weights).map(([name, values]) => [name, values.slice()]));
  return {
    shape: grown,
    weights: { ...dense, [TABLE]: rows, [BIAS]: growRows(weights[BIAS] as Float32Array, 1, shape.items, growth) },
    ...(itemFeatures && { itemFeatures }),
  };
};
