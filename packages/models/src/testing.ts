/** Models of any size without a training, for tests of those who serve them. */
import { type Autoencoder, type AutoencoderShape, initialWeights as autoencoderWeights } from './autoencoder/shape.ts';
import type { SparseRows } from './item-graph.ts';
import type { PurchaseCalibration } from './recurrent/next-purchase.ts';
import { type RecurrentModel, type RecurrentShape, initialWeights as recurrentWeights } from './recurrent/shape.ts';
import { hashToken } from './text.ts';

/**
 * As training begins, but with biases, so that no two items are alike, and weekdays neither. Items have features where the
 * shape has columns for them.
 */
export const untrainedRecurrent = (
  shape: Pick<RecurrentShape, 'items' | 'types'> & Partial<RecurrentShape>,
  seed = 1,
): RecurrentModel => {
  const whole: RecurrentShape = {
    ...{ features: 0, gaps: 0, hours: 0, width: 16, blocks: 1, recurrence: 'linear', scale: 0, lags: 2 },
    ...shape,
  };
  const weights = recurrentWeights(whole, seed);
  for (const name of ['bias', 'cross', 'repeat.bias'])
    weights[name]?.forEach((_, at, values) => void (values[at] = 0.4 * Math.sin(at + seed)));
  // they begin at 0, and are the context's last rows
  const context = weights['context'] as Float32Array;
  for (let at = context.length - (whole.weekdays ?? 0) * whole.width; at < context.length; at += 1)
    context[at] = 0.4 * Math.sin(at + seed);
  return { shape: whole, weights, ...(whole.features > 0 && { itemFeatures: someFeatures(whole) }) };
};

/** Of an item's words, category, brand and price. */
const FIELDS = 8;
const someFeatures = ({ items, features }: RecurrentShape): SparseRows => ({
  rowStart: Int32Array.from({ length: items + 1 }, (_, item) => FIELDS * item),
  columns: Int32Array.from({ length: FIELDS * items }, (_, at) => hashToken(`${at}`) % features),
  weights: new Float32Array(FIELDS * items).fill(0.5),
});

/** `sides`: columns of bags behind those of items. */
export const untrainedAutoencoder = (
  items: number,
  seed = 1,
  sides = 0,
  sizes: Pick<AutoencoderShape, 'hidden' | 'latent' | 'depth'> = { hidden: 16, latent: 8, depth: 2 },
): Autoencoder => {
  const shape = { columns: items + sides, items, ...sizes };
  return { shape, weights: autoencoderWeights(shape, seed) };
};

/** Nothing was fitted: each ten-thousandth of a chance up to a half is another step, half as high. */
export const unfittedPurchases: PurchaseCalibration = {
  temperature: 0.6,
  isotonic: {
    from: Float64Array.from({ length: 5000 }, (_, at) => at / 10_000),
    heights: Float64Array.from({ length: 5000 }, (_, at) => (at + 1) / 20_000),
  },
};
