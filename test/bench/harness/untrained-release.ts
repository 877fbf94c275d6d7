import { readCpu, writeArtifact } from '@nextcart/models';
import { untrainedAutoencoder, untrainedRecurrent } from '@nextcart/models/testing';
import { defaultConfiguration, type ServingSettings } from '@nextcart/ranking';
import { systemClock } from '@nextcart/runtime';

/** Of the size that trainers make by default; what they know does not change what they cost. */
const RECURRENT = { features: 2048, gaps: 8, hours: 24, width: 64, blocks: 2, lags: 6 };
const AUTOENCODER = { hidden: 384, latent: 128, depth: 2 };

const serving: ServingSettings = {
  ...{ types: ['search', 'view', 'click', 'cart', 'purchase'], asked: 'view', searchFeatures: RECURRENT.features },
  bag: { weights: [1, 1, 1, 2, 3], halfLifeDays: 30 },
  weights: { ...defaultConfiguration.weights, recurrent: 0.2, autoencoder: 0.1 },
};

/** Biases of a popularity as Zipf has it: what is learned is steep, and how many items are near the top has its cost. */
const popular = <M extends { readonly weights: Readonly<Record<string, Float32Array>> }>(model: M): M => {
  for (const name of ['bias', 'rowBias'])
    model.weights[name]?.forEach(
      (_, item, biases) => void (biases[item] = -Math.log(1 + ((item * 7919) % biases.length))),
    );
  return model;
};

/** Chances as they are. */
const purchases = { temperature: 1, isotonic: { from: Float64Array.of(0, 1), heights: Float64Array.of(0, 1) } };

/** Writes a release of untrained models of full size, next purchases included; its hash. */
export const writeUntrained = async (
  folder: string,
  { releaseId, items, seed }: { readonly releaseId: string; readonly items: readonly string[]; readonly seed: number },
): Promise<string> => {
  const { hash } = await writeArtifact(folder, {
    ...{ release: releaseId, createdAt: new Date(systemClock.now()).toISOString(), seeds: { weights: seed } },
    ...{ trainedOn: [], metrics: [], features: [], tables: {}, cpu: await readCpu(), items, settings: { serving } },
    models: {
      recurrent: popular(untrainedRecurrent({ items: items.length, types: serving.types.length, ...RECURRENT }, seed)),
      autoencoder: popular(untrainedAutoencoder(items.length, seed, serving.searchFeatures, AUTOENCODER)),
      purchases,
    },
  });
  return hash;
};
