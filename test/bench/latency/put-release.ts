import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type ModelRelease,
  modelReleaseCodec,
  registrySubject,
  schemaText,
  topics,
  wireEncode,
} from '@nextcart/contracts';
import { readCpu, writeArtifact } from '@nextcart/models';
import { untrainedAutoencoder, untrainedRecurrent } from '@nextcart/models/testing';
import { defaultConfiguration, type ServingSettings } from '@nextcart/ranking';
import { systemClock } from '@nextcart/runtime';
import type { OwnServers } from '../harness/own-servers.ts';

/** Of the size that trainers make by default; what they know does not change what they cost. */
const RECURRENT = { features: 2048, gaps: 8, hours: 24, width: 64, blocks: 2, lags: 6 };
const AUTOENCODER = { hidden: 384, latent: 128, depth: 2 };

const serving: ServingSettings = {
  ...{ types: ['search', 'view', 'click', 'cart', 'purchase'], asked: 'view', searchFeatures: RECURRENT.features },
  bag: { weights: [0, 1, 1, 2, 3], halfLifeDays: 30 },
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

/** Writes a release of untrained models of full size; what it returns puts it in force. */
export const writeRelease = async (
  { kafka, registry, stack }: OwnServers,
  { releaseId, items, seed }: { readonly releaseId: string; readonly items: readonly string[]; readonly seed: number },
): Promise<() => Promise<void>> => {
  const folder = join(stack.dataDir, 'releases', releaseId);
  const { hash } = await writeArtifact(folder, {
    ...{ release: releaseId, createdAt: new Date(systemClock.now()).toISOString(), seeds: { weights: seed } },
    ...{ trainedOn: [], metrics: [], features: [], tables: {}, cpu: await readCpu(), items, settings: { serving } },
    models: {
      recurrent: popular(untrainedRecurrent({ items: items.length, types: serving.types.length, ...RECURRENT }, seed)),
      autoencoder: popular(untrainedAutoencoder(items.length, seed, AUTOENCODER)),
    },
  });
  const { name } = topics.modelReleases;
  const schemaId = await registry.register(registrySubject(name), schemaText('model-release'));
  const producer = await kafka.createProducer();
  return async () => {
    const record: ModelRelease = {
      ...{ releaseId, kind: 'released', at: systemClock.now(), artifactUri: pathToFileURL(folder).href },
      ...{ artifactHash: hash, trainingRange: {}, metrics: {}, decision: null, partition: null, fromOffset: null },
    };
    const value = wireEncode(schemaId, modelReleaseCodec().encode(record));
    await producer.sendAll([{ topic: name, key: Buffer.from(releaseId), value }]);
    await producer.close();
  };
};
