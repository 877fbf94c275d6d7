import { checkGrowth, type GrownItems, growRows } from '../training/grow-rows.ts';
import { type Autoencoder, checkWeights, encoderShapes, TABLE } from './shape.ts';

/**
 * The model with a catalogue that has grown: new items come after the known ones, side columns behind them, and what was
 * known keeps its bits. A new item starts at the mean of its group's known items (of all, where the group has none), in
 * the first layer, the decoder and its bias: its scores are the mean of the group's. Throws a RangeError for a catalogue
 * that has shrunk, or groups of another size.
 */
export const growAutoencoder = ({ shape, weights }: Autoencoder, growth: GrownItems): Autoencoder => {
  checkWeights(shape, weights);
  checkGrowth(growth, shape.items);
  const { items } = growth;
  const { hidden, latent } = shape;
  const columns = shape.columns + items - shape.items;
  const grown = (name: string, width: number) => growRows(weights[name] as Float32Array, width, shape.items, growth);
  const table = new Float32Array(columns * hidden);
  table.set(grown(TABLE, hidden));
  // a training changes its weights in place, and the model that it starts from may still serve
  const copied = Object.fromEntries(Object.keys(encoderShapes(shape)).map((name) => [name, weights[name]?.slice()]));
  table.set((weights[TABLE] as Float32Array).subarray(shape.items * hidden), items * hidden);
  return {
    shape: { ...shape, columns, items },
    weights: { ...copied, [TABLE]: table, rows: grown('rows', latent), rowBias: grown('rowBias', 1) },
  };
};
