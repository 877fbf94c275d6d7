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
import { systemClock } from '@nextcart/runtime';
import type { OwnServers } from '../harness/own-servers.ts';
import { writeUntrained } from '../harness/untrained-release.ts';

/** Writes a release of untrained models of full size; what it returns puts it in force. */
export const writeRelease = async (
  { kafka, registry, stack }: OwnServers,
  { releaseId, items, seed }: { readonly releaseId: string; readonly items: readonly string[]; readonly seed: number },
): Promise<() => Promise<void>> => {
  const folder = join(stack.dataDir, 'releases', releaseId);
  const hash = await writeUntrained(folder, { releaseId, items, seed });
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
