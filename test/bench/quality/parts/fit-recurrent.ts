import {
  createRecurrentTraining,
  type EventSequences,
  nextItemTargets,
  type RecurrentModel,
  type RecurrentOptions,
  type RecurrentShape,
} from '@nextcart/models';
import type { QualityContext } from '../quality-bench.ts';
import { trainLogged } from './train-logged.ts';

export interface RecurrentSettings
  extends Omit<RecurrentOptions, 'seed' | 'threads' | 'epochs'>,
    Pick<RecurrentShape, 'width' | 'blocks' | 'scale' | 'lags'> {}

export interface RecurrentRun {
  /** The rates fall over so many. */
  readonly epochs: number;
  /** All where absent. */
  readonly stopAfter?: number;
  /** Of the model after an epoch; the weights of the best epoch are kept. */
  readonly validate?: (model: RecurrentModel) => Promise<number>;
}

export interface FittedRecurrent {
  readonly model: RecurrentModel;
  readonly quality: readonly number[];
  /** Up to the best. */
  readonly epochs: number;
}

/** Learns the next item after every event of the sequences. */
export const fitRecurrent = async (
  events: EventSequences,
  items: number,
  { width, blocks, scale, lags, ...options }: RecurrentSettings,
  { epochs, stopAfter = epochs, validate }: RecurrentRun,
  context: QualityContext,
): Promise<FittedRecurrent> => {
  const shape = {
    items,
    features: 0,
    types: 0,
    gaps: 0,
    hours: 0,
    width,
    blocks,
    recurrence: 'linear',
    scale,
    lags,
  } as const;
  const { seed, threads } = context;
  const data = { events, targets: nextItemTargets(events) };
  const training = createRecurrentTraining(data, shape, { ...options, epochs, seed, threads });
  const { model } = training;
  const fitted = await trainLogged('recurrent', training, stopAfter, context, validate && (() => validate(model)));
  return { model, ...fitted };
};
