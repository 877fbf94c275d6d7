/** Both models of a release by the trainer's own code, in this process. */
import { type AutoencoderTraining, type RecurrentTraining, type ReleaseModels, train } from '@nextcart/models';
import {
  autoencoderOf,
  type Candidate,
  type DataSet,
  recurrentOf,
  servingSettings,
  type TrainingSettings,
} from '@nextcart/trainer';
import { createRandom } from '../quality/random.ts';
import { EPOCHS } from './sizes.ts';

/** Nothing is near it. */
const MEMORY_BYTES = 2 ** 32;

export const trainModels = async (data: DataSet, settings: TrainingSettings, seed: number): Promise<Candidate> => {
  const task = (epochs: number) => ({
    ...{ settings, threads: 1, memoryBytes: MEMORY_BYTES },
    payload: { seed, budget: { epochs, seconds: 3600 }, parent: null },
  });
  const recurrent = recurrentOf(data, null, task(EPOCHS.recurrent));
  const autoencoder = autoencoderOf(data, null, task(EPOCHS.autoencoder));
  const models = {
    recurrent: {
      shape: recurrent.shape,
      weights: await learned(recurrent.learn(), EPOCHS.recurrent),
      ...(recurrent.itemFeatures && { itemFeatures: recurrent.itemFeatures }),
    },
    autoencoder: { shape: autoencoder.shape, weights: await learned(autoencoder.learn(), EPOCHS.autoencoder) },
  } as ReleaseModels;
  const serving = servingSettings(settings);
  return { items: data.itemIds, features: [], models, tables: {}, trainedOn: [], settings: { serving } };
};

type Training = RecurrentTraining | AutoencoderTraining;

const learned = async (training: Training, epochs: number) => {
  try {
    await train(training, { epochs });
    return Object.fromEntries(Object.entries(training.weights).map(([name, values]) => [name, values.slice()]));
  } finally {
    await training.close();
  }
};

/** Items change places among all events that have one: how often each is there stays, who did what is gone. */
export const withShuffledItems = (data: DataSet, seed: number): DataSet => {
  const random = createRandom(seed);
  const places: number[] = [];
  data.items.forEach((item, at) => {
    if (item >= 0) places.push(at);
  });
  const items = data.items.slice();
  for (let at = places.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    const [one, two] = [places[at] as number, places[other] as number];
    [items[one], items[two]] = [items[two] as number, items[one] as number];
  }
  return { ...data, items };
};
