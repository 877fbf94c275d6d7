/**
 * Estimates for trainings, out of the arrays that they are known to make and the engine's buffers for scores. Processes
 * were seen to take within a fifth of them (autoencoders of 20,000 to 120,000 items, recurrent models of 50,000 and
 * 200,000), also those that go on from a checkpoint.
 */
import { type AutoencoderShape, weightShapes as autoencoderShapes, encoderShapes } from '../autoencoder/shape.ts';
import type { AutoencoderOptions } from '../autoencoder/training.ts';
import { denseShapes, type RecurrentShape, tableShapes } from '../recurrent/shape.ts';
import type { RecurrentOptions } from '../recurrent/training.ts';
import { type Shape, sizeOf } from '../training/shape.ts';
import { floatBytes, type MemoryNeed } from './memory-need.ts';

/** Scores, their softmax, its gradient, and one more on the way. */
const SCORE_COPIES = 4;
/** A step's rows of the table with room to grow, and by columns. */
const BAG_COPIES = 3;
/** A checkpoint is copied, then laid out as bytes. */
const CHECKPOINT_COPIES = 2;

const numbersOf = (shapes: Readonly<Record<string, Shape>>): number =>
  Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0);

/** The engine itself, loaded. */
const ENGINE_BYTES = 70e6;

const inBytes = (numbers: Readonly<Record<string, number>>): Readonly<Record<string, number>> => ({
  engine: ENGINE_BYTES,
  ...floatBytes(numbers),
});

const candidatesOf = (items: number, softmax: AutoencoderOptions['softmax'], positives: number): number =>
  softmax.kind === 'full' ? items : Math.min(items, softmax.draws + positives);

/** Of `createAutoencoderTraining` in `train`, data apart. */
export const autoencoderMemory = (
  shape: AutoencoderShape,
  { batch, softmax }: Pick<AutoencoderOptions, 'batch' | 'softmax'>,
): MemoryNeed => {
  const weights = numbersOf(autoencoderShapes(shape));
  const encoder = numbersOf(encoderShapes(shape));
  // held under either prior
  const old = shape.columns * shape.hidden + encoder;
  // a user's positives are some dozens
  const width = candidatesOf(shape.items, softmax, 32 * batch);
  return {
    what: `training an autoencoder of ${shape.columns} columns and ${shape.items} items`,
    parts: inBytes({
      'weights and the best of them': 2 * weights,
      "Adam's moments": 2 * weights,
      'the encoder before': old,
      scores: SCORE_COPIES * batch * width,
      gradients: encoder + 2 * width * shape.latent + 3 * batch * shape.hidden,
      checkpoint: CHECKPOINT_COPIES * (4 * weights + old),
    }),
    cure: 'hash search terms into fewer columns, make hidden narrower, drop items without support, sample the softmax',
  };
};

/** Of `createRecurrentTraining` in `train`, data apart. `entries`: of the features of all items together. */
export const recurrentMemory = (
  shape: RecurrentShape,
  { lanes, times, softmax, tables }: Pick<RecurrentOptions, 'lanes' | 'times' | 'softmax' | 'tables'>,
  entries = 0,
): MemoryNeed => {
  const [rows, dense] = [numbersOf(tableShapes(shape)), numbersOf(denseShapes(shape))];
  const positions = lanes * times;
  const width = candidatesOf(shape.items, softmax, positions * (1 + shape.lags));
  const moments = 2 * dense + (tables.optimiser === 'adam' ? 2 : 1) * rows;
  return {
    what: `training a recurrent model of ${shape.items} items and ${shape.features} hashed features`,
    parts: inBytes({
      'weights and the best of them': 2 * (rows + dense),
      'moments of the optimisers': moments,
      scores: SCORE_COPIES * positions * width,
      // some 30 tensors of a block's width, each with its gradient
      'a step': 60 * positions * shape.width * shape.blocks + 3 * (positions + width) * shape.width,
      // a column and a weight each, of the items of a step: laid out in an array that doubles, and the other way round
      'features of items': (BAG_COPIES * 2 * entries * (positions + width)) / Math.max(1, shape.items),
      checkpoint: CHECKPOINT_COPIES * (2 * (rows + dense) + moments),
    }),
    cure: 'drop items without support, hash features into fewer columns, make width or lanes less, sample the softmax',
  };
};
