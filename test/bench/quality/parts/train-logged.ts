import { type Trainable, train } from '@nextcart/models';
import type { QualityContext } from '../quality-bench.ts';
import { createTrainingLog } from '../training-log.ts';

/**
 * Trains for at most `epochs`, with its lines, and leaves the weights of the epoch that `validate` found best, else of the
 * last. Throws the signal's reason where it is told to stop; the training is closed in any case.
 */
export const trainLogged = async (
  name: string,
  training: Trainable & { close(): Promise<void> },
  epochs: number,
  { signal, log }: Pick<QualityContext, 'signal' | 'log'>,
  validate?: () => Promise<number>,
): Promise<{ readonly quality: readonly number[]; readonly epochs: number }> => {
  const quality: number[] = [];
  const lines = createTrainingLog(name, log);
  try {
    const outcome = await train(training, {
      epochs,
      signal,
      now: () => performance.now(),
      onProgress: lines.progress,
      ...(validate && {
        validate: async (epoch) => {
          const found = await validate();
          quality.push(found);
          lines.validated(epoch, found);
          return found;
        },
      }),
    });
    if (outcome.kind === 'stopped') throw signal.reason;
    return { quality, epochs: outcome.bestEpoch + 1 };
  } finally {
    await training.close();
  }
};
