/** Run by the training process: the autoencoder out of its data set, from nothing or from a parent. */
import { performance } from 'node:perf_hooks';
import {
  type Artifact,
  type Autoencoder,
  type AutoencoderOptions,
  type AutoencoderShape,
  autoencoderDefaults,
  autoencoderMemory,
  autoencoderWarmStart,
  type BuildTraining,
  checkMemory,
  createAutoencoderTraining,
  growAutoencoder,
  writeWhole,
} from '@nextcart/models';
import { sidesOf, toBags } from './data-set/bags.ts';
import { withEvents } from './data-set/data-memory.ts';
import type { DataSet } from './data-set/data-set.ts';
import type { TrainingSettings } from './data-set/settings.ts';
import { prepareTraining, type TrainingArgument, type TrainingFacts, type TrainingTask } from './prepare-training.ts';
import { slowed } from './slowed.ts';

/** A minute or two of a large catalogue: an epoch may have a dozen steps, and each checkpoint is written to disk whole. */
const CHECKPOINT_STEPS = 200;

export const buildTraining: BuildTraining = async (given) => {
  const argument = given as TrainingArgument;
  const { data, parent, facts } = await prepareTraining(argument);
  const { shape, epochs, learn } = autoencoderOf(data, parent, argument);
  await writeWhole(argument.factsFile, JSON.stringify({ shape, ...facts } satisfies TrainingFacts));
  const training = learn();
  return {
    trainable: training,
    options: { epochs, now: () => performance.now(), checkpointSteps: CHECKPOINT_STEPS },
    close: training.close,
  };
};

/** Throws a RangeError where it takes more memory than it may, or the parent has no such model. */
export const autoencoderOf = (data: DataSet, parent: Artifact | null, argument: TrainingTask) => {
  const start = parent && grown(parent, data);
  const shape = start?.shape ?? shapeOf(data.itemIds.length, argument.settings);
  const epochs = epochsOf(argument, data.rowStart.length - 1);
  const options = optionsOf(argument, shape, epochs);
  checkMemory(withEvents(autoencoderMemory(shape, options), data.items.length), argument.memoryBytes);
  const learn = () =>
    createAutoencoderTraining(
      toBags(data, argument.settings, shape.columns - shape.items),
      shape,
      options,
      start?.weights,
    );
  return { shape, epochs, learn };
};

/** Those of the budget, or more from nothing, so that the latents of a few hundred subjects are learned, too. */
const epochsOf = ({ payload: { budget, parent }, settings }: TrainingTask, subjects: number): number => {
  const { batch, minBatches } = settings.autoencoder;
  return parent
    ? budget.epochs
    : Math.max(budget.epochs, Math.ceil(minBatches / Math.ceil(Math.max(1, subjects) / batch)));
};

const grown = ({ models, manifest }: Artifact, { itemIds, itemCategories }: DataSet): Autoencoder => {
  if (!models.autoencoder) throw new RangeError(`release ${manifest.release} has no autoencoder: train in full`);
  return growAutoencoder(models.autoencoder, { items: itemIds.length, groups: itemCategories });
};

const shapeOf = (items: number, settings: TrainingSettings): AutoencoderShape => {
  const { hidden, latent, depth } = settings.autoencoder;
  return { columns: items + sidesOf(settings), items, hidden, latent, depth };
};

const optionsOf = (
  { payload: { seed, parent }, settings, threads }: TrainingTask,
  { items }: AutoencoderShape,
  epochs: number,
): AutoencoderOptions => {
  const { batch, dropout, gamma, rate, sampledAbove, draws } = settings.autoencoder;
  return {
    ...(parent ? autoencoderWarmStart : autoencoderDefaults),
    ...{ seed, threads, batch, dropout },
    kl: { prior: 'composite', gamma },
    rate: slowed(rate, parent ? settings.warm.rateShare : 1),
    epochs,
    softmax: items > sampledAbove ? { kind: 'sampled', draws, exponent: 0.5 } : { kind: 'full' },
  };
};
