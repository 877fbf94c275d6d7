/**
 * A model that goes on learning with a catalogue that has grown. Invariant: what it knew keeps its bits; items keep their
 * numbers, new ones come after them, and the rows of hashed columns move behind those.
 */
import type { SparseRows } from '../item-graph.ts';
import { BIAS, checkWeights, type RecurrentModel, type RecurrentShape, TABLE } from './shape.ts';

export interface Growth {
  /** Of the grown catalogue. */
  readonly items: number;
  /** [items, features]; wanted where the model's items have features. */
  readonly itemFeatures?: SparseRows;
  /** [items], number of a cluster or category, below 0 for none. */
  readonly groups: Int32Array;
}

/**
 * The model with rows for new items: each starts at the mean of its group's known items (of all, where the group has
 * none), so that with its features' rows it stands at P·f + the group's mean; its bias as well. Throws a RangeError for
 * a catalogue that has shrunk, groups of another size, or features that are missing.
 */
export const growModel = (model: RecurrentModel, { items, itemFeatures, groups }: Growth): RecurrentModel => {
  const { shape, weights } = model;
  checkWeights(shape, weights);
  if (items < shape.items) throw new RangeError(`${items} items, the model knows ${shape.items}`);
  if (groups.length !== items) throw new RangeError(`${items} items, ${groups.length} groups`);
  if (model.itemFeatures && !itemFeatures)
    throw new RangeError('the model knows items by their features: give those of the grown catalogue as itemFeatures');
  const grown: RecurrentShape = { ...shape, items };
  const known = groups.subarray(0, shape.items);
  const fresh = groups.subarray(shape.items);
  const spread = (values: Float32Array, width: number): Float32Array => {
    const means = meansOf(values, width, known);
    const into = new Float32Array(items * width);
    into.set(values.subarray(0, shape.items * width));
    fresh.forEach((group, at) => into.set(means.get(group) ?? means.get(ALL) ?? [], (shape.items + at) * width));
    return into;
  };
  const { width } = shape;
  const table = weights[TABLE] as Float32Array;
  const rows = new Float32Array((items + shape.features) * width);
  rows.set(spread(table, width));
  rows.set(table.subarray(shape.items * width), items * width);
  return {
    shape: grown,
    weights: { ...weights, [TABLE]: rows, [BIAS]: spread(weights[BIAS] as Float32Array, 1) },
    ...(itemFeatures && { itemFeatures }),
  };
};

/** Key of the mean of all items; groups are 0 and more. */
const ALL = -1;

/** Means of rows by group, and of all; items of no group count only there. */
const meansOf = (values: Float32Array, width: number, groups: Int32Array): Map<number, Float32Array> => {
  const sums = new Map<number, { readonly sum: Float64Array; count: number }>();
  groups.forEach((group, item) => {
    for (const key of group >= 0 ? [ALL, group] : [ALL]) {
      const entry = sums.get(key) ?? { sum: new Float64Array(width), count: 0 };
      sums.set(key, entry);
      entry.count += 1;
      for (let i = 0; i < width; i += 1) entry.sum[i] = (entry.sum[i] as number) + (values[item * width + i] as number);
    }
  });
  return new Map([...sums].map(([key, { sum, count }]) => [key, Float32Array.from(sum, (value) => value / count)]));
};
