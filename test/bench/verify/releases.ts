import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  type ModelRelease,
  modelReleaseCodec,
  registrySubject,
  schemaText,
  topics,
  wireEncode,
} from '@nextcart/contracts';
import { followReleases } from '@nextcart/kafka';
import { readCpu, writeArtifact } from '@nextcart/models';
import { unfittedPurchases, untrainedAutoencoder, untrainedRecurrent } from '@nextcart/models/testing';
import type { ServingSettings } from '@nextcart/ranking';
import { systemClock } from '@nextcart/runtime';
import type { BenchContext } from '../harness/bench.ts';
import type { OwnServers } from '../harness/own-servers.ts';

const serving: ServingSettings = {
  ...{ types: ['search', 'view', 'click', 'cart', 'purchase'], asked: 'click', searchFeatures: 256 },
  bag: { weights: [1, 1, 1, 2, 3], halfLifeDays: 30 },
  weights: {
    history: 0.5,
    covisit: 1,
    copurchase: 0.8,
    neighbours: 2,
    content: 0.4,
    trending: 0.15,
    recurrent: 0.3,
    autoencoder: 0.2,
  },
};
const POLL_MS = 50;

/** Releases of models that nobody trained: what is proven does not ask whether they are good. */
export const openReleases = async (context: BenchContext, servers: OwnServers, items: readonly string[]) => {
  const { kafka, registry, stack } = servers;
  const topic = topics.modelReleases.name;
  const schemaId = await registry.register(registrySubject(topic), schemaText('model-release'));
  const producer = await kafka.createProducer();
  const follower = await followReleases({ kafka, topic, schemaText: (id) => registry.schema(id) });
  context.onEnd(async () => {
    await follower.close();
    await producer.close();
  });
  const tell = async (record: Pick<ModelRelease, 'releaseId' | 'kind'> & Partial<ModelRelease>) => {
    const before = follower.records.length;
    const whole: ModelRelease = {
      ...{ at: systemClock.now(), artifactUri: null, artifactHash: null, trainingRange: {}, metrics: {} },
      ...{ decision: null, partition: null, fromOffset: null },
      ...record,
    };
    const value = wireEncode(schemaId, modelReleaseCodec().encode(whole));
    await producer.sendAll([{ topic, key: Buffer.from(record.releaseId), value }]);
    // some scorer serves another release from here on
    while (!follower.records.slice(before).some(({ kind }) => kind === 'activated')) await sleep(POLL_MS);
  };
  return {
    release: async (releaseId: string): Promise<void> => {
      const folder = join(stack.dataDir, 'releases', releaseId);
      const seed = releaseId.length;
      const shape = { items: items.length, types: 5, gaps: 8, hours: 24, features: serving.searchFeatures, width: 64 };
      const { hash } = await writeArtifact(folder, {
        ...{ release: releaseId, createdAt: '2026-11-27T10:00:00Z', seeds: {}, trainedOn: [], metrics: [] },
        ...{ cpu: await readCpu(), items, features: [], tables: {}, settings: { serving } },
        models: {
          recurrent: untrainedRecurrent(shape, seed),
          autoencoder: untrainedAutoencoder(items.length, seed, serving.searchFeatures),
          purchases: unfittedPurchases,
        },
      });
      await tell({ releaseId, kind: 'released', artifactUri: pathToFileURL(folder).href, artifactHash: hash });
    },
    rollBack: (releaseId: string): Promise<void> => tell({ releaseId, kind: 'rolled_back' }),
  };
};
