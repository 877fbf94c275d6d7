/**
 * The recurrent model's weights. Invariant: a weight's name and shape follow from the sizes, so that a checkpoint, a
 * graph and a release agree.
 */
import type { SparseRows } from '../item-graph.ts';
import { firstBroken } from '../training/first-broken.ts';
import { createRandom } from '../training/random.ts';
import { type Shape, sizeOf } from '../training/shape.ts';

export interface RecurrentShape {
  readonly items: number;
  /** Hashed columns that side features of items and tokens of searches are given in; 0: none. */
  readonly features: number;
  /** Kinds of events, a search's included; 0: types are not looked at. The same for the next two. */
  readonly types: number;
  /** Buckets of the time since the event before. */
  readonly gaps: number;
  /** Buckets of the hour. */
  readonly hours: number;
  /** Days of the week; absent, as in releases that came before it: not looked at. */
  readonly weekdays?: number;
  /** Of items, states and outputs. */
  readonly width: number;
  readonly blocks: number;
  /** linear: gates that look at the event alone; gru: at the state too. */
  readonly recurrence: 'linear' | 'gru';
  /**
   * Scores are `scale` · cosine of output and item (+ bias) instead of their product, which favours items with long
   * vectors, the popular ones (Gupta et al. 2019, NISER: scale 16); 0: the product.
   */
  readonly scale: number;
  /** How many of the last items get a bonus of their own, learned for each lag and output: people come back; 0: none. */
  readonly lags: number;
}

export type Weights = Readonly<Record<string, Float32Array>>;

export interface RecurrentModel {
  readonly shape: RecurrentShape;
  readonly weights: Weights;
  /** [items, features], side features of items; absent where the shape has none. */
  readonly itemFeatures?: SparseRows;
}

/** [items + features, width]: an item's own row, then a row for each hashed column. Tied: input and output. */
export const TABLE = 'table';
/** [rows of `contextRows`, width], added to what an event is. */
export const CONTEXT = 'context';
/** [types, width]: the output, times 1 + the row of the target's type (Beutel et al. 2018, "latent cross"). */
export const CROSS = 'cross';
/** [items]. */
export const BIAS = 'bias';

/** What is known of an event beside its item, in the order of the context table's rows: each a column of buckets. */
export const contextColumns = ['types', 'gaps', 'hours', 'weekdays'] as const;
export type ContextColumn = (typeof contextColumns)[number];
/** Buckets of each context column. */
export type ContextSizes = Pick<RecurrentShape, ContextColumn>;

export const contextRows = (sizes: ContextSizes): number =>
  contextColumns.reduce((rows, name) => rows + (sizes[name] ?? 0), 0);

const EXPANSION = 4;

/** Weights of which a step touches few rows; they stay outside the graphs. */
export const tableShapes = (shape: RecurrentShape): Readonly<Record<string, Shape>> => {
  const { items, features, types, width } = shape;
  return {
    [TABLE]: [items + features, width],
    [CONTEXT]: [contextRows(shape), width],
    [CROSS]: [types, width],
    [BIAS]: [items],
  };
};

/** Weights that every event passes through. */
export const denseShapes = ({ width, blocks, recurrence, lags }: RecurrentShape): Readonly<Record<string, Shape>> => {
  const shapes: Record<string, Shape> = {};
  const norm = (name: string) => {
    shapes[`${name}.scale`] = [width];
    shapes[`${name}.shift`] = [width];
  };
  norm('event');
  for (let block = 0; block < blocks; block += 1) {
    const of = (name: string) => `block${block}.${name}`;
    if (recurrence === 'linear') {
      shapes[of('update')] = [width, width];
      shapes[of('update.bias')] = [width];
      shapes[of('candidate')] = [width, width];
    } else {
      shapes[of('input')] = [width, 3 * width];
      shapes[of('input.bias')] = [3 * width];
      shapes[of('state')] = [width, 3 * width];
    }
    shapes[of('gate')] = [width, width];
    shapes[of('out')] = [width, width];
    norm(of('mixed'));
    shapes[of('expand')] = [width, EXPANSION * width];
    shapes[of('expand.bias')] = [EXPANSION * width];
    shapes[of('contract')] = [EXPANSION * width, width];
    shapes[of('contract.bias')] = [width];
    norm(of('output'));
  }
  if (lags > 0) {
    shapes['repeat'] = [width, lags];
    shapes['repeat.bias'] = [lags];
  }
  return shapes;
};

export const weightShapes = (shape: RecurrentShape): Readonly<Record<string, Shape>> => ({
  ...tableShapes(shape),
  ...denseShapes(shape),
});

/** Throws a RangeError for weights of another shape: a model and its items must not drift apart. */
export const checkWeights = (shape: RecurrentShape, weights: Weights): void => {
  for (const [name, dimensions] of Object.entries(weightShapes(shape))) {
    const length = weights[name]?.length ?? 0;
    if (length !== sizeOf(dimensions))
      throw new RangeError(`the weight ${name} has ${length} numbers, not [${dimensions.join(', ')}]`);
  }
};

/** Throws a RangeError naming the first weight that is no finite number. */
export const checkFinite = (weights: Weights): void => {
  for (const [name, values] of Object.entries(weights)) {
    const at = firstBroken(values);
    if (at >= 0) throw new RangeError(`the weight ${name}[${at}] is ${values[at]}`);
  }
};

const PURPOSE = 200;
/** Update gates open from σ(−2) to σ(2): memories from some ten events to hardly one. */
const GATE_BIAS = 2;

/**
 * Matrices uniform in ±1/√(inputs), embeddings in ±1/√width, norms the identity, the cross 0 (a factor of 1), biases 0
 * but those of the update gates, which are spread. Weekdays begin at 0: a short log has few of each, and what is by
 * chance about them would be learned around.
 */
export const initialWeights = (shape: RecurrentShape, seed: number): Record<string, Float32Array> => {
  const { width, weekdays = 0 } = shape;
  return Object.fromEntries(
    Object.entries(weightShapes(shape)).map(([name, dimensions], at) => {
      const values = new Float32Array(sizeOf(dimensions));
      if (name.endsWith('.scale')) values.fill(1);
      if (name.endsWith('update.bias')) spread(values);
      if (name.endsWith('input.bias')) spread(values.subarray(width, 2 * width));
      if (dimensions.length === 2 && name !== CROSS) {
        const inputs = name === TABLE || name === CONTEXT ? width : (dimensions[0] as number);
        const random = createRandom(seed, PURPOSE, at);
        const bound = 1 / Math.sqrt(inputs);
        for (let i = 0; i < values.length; i += 1) values[i] = bound * (2 * random.next() - 1);
      }
      if (name === CONTEXT) values.fill(0, values.length - weekdays * width);
      return [name, values];
    }),
  );
};

const spread = (biases: Float32Array): void => {
  const last = Math.max(1, biases.length - 1);
  biases.forEach((_, at) => void (biases[at] = GATE_BIAS * ((2 * at) / last - 1)));
};
