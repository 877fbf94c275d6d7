import { itemVectors } from './scoring-programs.ts';
import { type RecurrentModel, TABLE } from './shape.ts';

/**
 * The same model to whoever serves it: features of items are summed into the items' own rows, so that an item is one row,
 * however much is known of it. It has the same bits; to a training it would be another model.
 */
export const withSummedFeatures = (model: RecurrentModel): RecurrentModel => {
  const { itemFeatures, ...rest } = model;
  if (itemFeatures === undefined) return model;
  const table = (model.weights[TABLE] as Float32Array).slice();
  table.set(itemVectors(model));
  return { ...rest, weights: { ...model.weights, [TABLE]: table } };
};
