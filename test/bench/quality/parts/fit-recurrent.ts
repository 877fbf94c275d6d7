import {
  createRecurrentTraining,
  type EventSequences,
  nextItemTargets,
  type RecurrentModel,
  type RecurrentOptions,
  type RecurrentShape,
  train,
} from '@nextcart/models';
import type { QualityContext } from '../quality-bench.ts';
import { createTrainingLog } from '../training-log.ts';

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
  { seed, threads, signal, log }: QualityContext,
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
  const data = { events, targets: nextItemTargets(events) };
  const training = createRecurrentTraining(data, shape, { ...options, epochs, seed, threads });
  const quality: number[] = [];
  const lines = createTrainingLog('recurrent', log);
  const outcome = await train(training, {
    epochs: stopAfter,
    signal,
    now: () => performance.now(),
    onProgress: lines.progress,
    ...(validate && {
      validate: async (epoch) => {
        quality.push(await validate(training.model));
        lines.validated(epoch, quality.at(-1) as number);
        return quality.at(-1) as number;
      },
    }),
  });
  await training.close();
  if (outcome.kind === 'stopped') throw signal.reason;
  return { model: training.model, quality, epochs: outcome.bestEpoch + 1 };
};
