/**
 * The autoencoder's weights. Invariant: a weight's name and shape follow from five sizes, so that a checkpoint, a graph
 * and a release agree.
 */
import { createRandom } from '../training/random.ts';
import { type Shape, sizeOf } from '../training/shape.ts';

export interface AutoencoderShape {
  /** Input columns: items first, then search terms, categories, price bands. */
  readonly columns: number;
  /** Output items, numbers 0 … items − 1. */
  readonly items: number;
  readonly hidden: number;
  readonly latent: number;
  /** Hidden layers, the sparse one included; RecVAE has 5. */
  readonly depth: number;
}

export type Weights = Readonly<Record<string, Float32Array>>;

export interface Autoencoder {
  readonly shape: AutoencoderShape;
  readonly weights: Weights;
}

/** The sparse first layer: one row per column. */
export const TABLE = 'table';

/** Dense weights of the encoder after the sum of the table's rows. */
export const encoderShapes = ({ hidden, latent, depth }: AutoencoderShape): Readonly<Record<string, Shape>> => {
  const shapes: Record<string, Shape> = {};
  for (let layer = 0; layer < depth; layer += 1) {
    if (layer > 0) shapes[`layer${layer}`] = [hidden, hidden];
    shapes[`bias${layer}`] = [hidden];
    shapes[`norm${layer}.scale`] = [hidden];
    shapes[`norm${layer}.shift`] = [hidden];
  }
  for (const head of ['mu', 'logVariance']) {
    shapes[head] = [hidden, latent];
    shapes[`${head}.bias`] = [latent];
  }
  return shapes;
};

/** The linear decoder: an item's row is its direction in the latent space. */
export const decoderShapes = ({ items, latent }: AutoencoderShape): Readonly<Record<'rows' | 'rowBias', Shape>> => ({
  rows: [items, latent],
  rowBias: [items],
});

export const weightShapes = (shape: AutoencoderShape): Readonly<Record<string, Shape>> => ({
  [TABLE]: [shape.columns, shape.hidden],
  ...encoderShapes(shape),
  ...decoderShapes(shape),
});

/** Throws a RangeError for weights of another shape: a model and its items must not drift apart. */
export const checkWeights = (shape: AutoencoderShape, weights: Weights): void => {
  for (const [name, dimensions] of Object.entries(weightShapes(shape))) {
    const length = weights[name]?.length ?? 0;
    if (length !== sizeOf(dimensions))
      throw new RangeError(`the weight ${name} has ${length} numbers, not [${dimensions.join(', ')}]`);
  }
};

const PURPOSE = 100;

/** Uniform in ±1/√(inputs of the layer), norms the identity, biases 0. */
export const initialWeights = (shape: AutoencoderShape, seed: number): Record<string, Float32Array> => {
  const fanIn = (name: string, dimensions: Shape): number =>
    name === 'rows' ? shape.latent : (dimensions[0] as number);
  return Object.fromEntries(
    Object.entries(weightShapes(shape)).map(([name, dimensions], at) => {
      const values = new Float32Array(sizeOf(dimensions));
      if (name.endsWith('.scale')) values.fill(1);
      if (dimensions.length === 2) {
        const random = createRandom(seed, PURPOSE, at);
        const bound = 1 / Math.sqrt(fanIn(name, dimensions));
        for (let i = 0; i < values.length; i += 1) values[i] = bound * (2 * random.next() - 1);
      }
      return [name, values];
    }),
  );
};
