/** Run by the training process: the recurrent model out of its data set, from nothing or from a parent. */
import { performance } from 'node:perf_hooks';
import {
  type Artifact,
  type BuildTraining,
  checkMemory,
  createRecurrentTraining,
  encodeTable,
  growModel,
  type RecurrentModel,
  type RecurrentOptions,
  type RecurrentShape,
  recurrentDefaults,
  recurrentMemory,
  writeWhole,
} from '@nextcart/models';
import { withEvents } from './data-set/data-memory.ts';
import type { DataSet } from './data-set/data-set.ts';
import { timeFeatures, toSequences } from './data-set/sequences.ts';
import { type TrainingSettings, typesOf } from './data-set/settings.ts';
import { prepareTraining, type TrainingArgument, type TrainingFacts, type TrainingTask } from './prepare-training.ts';
import { slowed } from './slowed.ts';

/** Some minutes of training: what a process that is killed outright loses at most. */
const CHECKPOINT_STEPS = 500;

export const buildTraining: BuildTraining = async (given) => {
  const argument = given as TrainingArgument;
  const { data, parent, facts } = await prepareTraining(argument);
  const { shape, itemFeatures, learn } = recurrentOf(data, parent, argument);
  if (itemFeatures) await writeWhole(argument.featuresFile, encodeTable({ ...itemFeatures }));
  await writeWhole(argument.factsFile, JSON.stringify({ shape, ...facts } satisfies TrainingFacts));
  const training = learn();
  return {
    trainable: training,
    options: {
      epochs: argument.payload.budget.epochs,
      now: () => performance.now(),
      checkpointSteps: Math.min(CHECKPOINT_STEPS, training.stepsPerEpoch),
    },
    close: training.close,
  };
};

/** Throws a RangeError where it takes more memory than it may, or the parent has no such model. */
export const recurrentOf = (data: DataSet, parent: Artifact | null, argument: TrainingTask) => {
  const start = parent && grown(parent, data);
  const shape = start?.shape ?? shapeOf(data.itemIds.length, argument.settings);
  const options = optionsOf(argument, shape);
  const { itemFeatures } = data;
  checkMemory(
    withEvents(recurrentMemory(shape, options, itemFeatures?.columns.length), data.items.length),
    argument.memoryBytes,
  );
  const learn = () =>
    createRecurrentTraining(
      { ...toSequences(data, argument.settings), ...(itemFeatures && { itemFeatures }) },
      shape,
      options,
      start?.weights,
    );
  return { shape, itemFeatures, learn };
};

const grown = ({ models, manifest }: Artifact, data: DataSet): RecurrentModel => {
  const { itemIds, itemCategories, itemFeatures } = data;
  if (!models.recurrent) throw new RangeError(`release ${manifest.release} has no recurrent model: train in full`);
  return growModel(models.recurrent, {
    ...{ items: itemIds.length, groups: itemCategories },
    ...(itemFeatures && { itemFeatures }),
  });
};

const shapeOf = (items: number, { recurrent, searchFeatures, ...settings }: TrainingSettings): RecurrentShape => ({
  items,
  features: searchFeatures,
  types: typesOf(settings).length,
  gaps: timeFeatures.gaps.buckets,
  hours: timeFeatures.hours.buckets,
  weekdays: timeFeatures.weekdays.buckets,
  width: recurrent.width,
  blocks: recurrent.blocks,
  recurrence: 'linear',
  scale: 0,
  lags: recurrent.lags,
});

const optionsOf = (
  { payload: { seed, budget, parent }, settings, threads }: TrainingTask,
  { items }: RecurrentShape,
): RecurrentOptions => {
  const { lanes, times, dropout, rate, tables, sampledAbove, draws } = settings.recurrent;
  const share = parent ? settings.warm.rateShare : 1;
  return {
    ...recurrentDefaults,
    ...{ seed, threads, lanes, times, dropout },
    rate: slowed(rate, share),
    tables: { ...tables, ...slowed(tables, share) },
    epochs: budget.epochs,
    softmax: items > sampledAbove ? { kind: 'sampled', draws, exponent: 0.5 } : { kind: 'full' },
  };
};
