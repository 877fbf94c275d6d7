/** model-releases.v1 as people look at it and change it. */
import {
  type Interleaving,
  type ModelRelease,
  modelReleaseCodec,
  type ReleaseArtifact,
  registrySubject,
  schemaText,
  topics,
  wireEncode,
} from '@nextcart/contracts';
import { followReleases, type Kafka, type RegistryClient, type ReleaseFollower } from '@nextcart/kafka';

export interface ReleaseTopic {
  readonly kafka: Kafka;
  readonly registry: RegistryClient;
  /** `model-releases.v1` where absent. */
  readonly topic?: string;
}

export interface Releases {
  readonly records: readonly ModelRelease[];
  readonly inForce: ReleaseArtifact | null;
  /** Oldest first, without what was rolled back. */
  readonly line: readonly ReleaseArtifact[];
  readonly interleaving: Interleaving | null;
}

/** All records up to now. Close what it returns. */
export const openReleases = async ({ kafka, registry, topic = topics.modelReleases.name }: ReleaseTopic) => {
  let trouble: unknown;
  const follower = await followReleases({
    ...{ kafka, topic, schemaText: (id) => registry.schema(id) },
    unreadable: (_offset, error) => (trouble ??= error),
  });
  await follower.caughtUp;
  if (trouble !== undefined) {
    await follower.close();
    throw trouble as Error;
  }
  return follower;
};

export const releasesOf = ({ records, line }: ReleaseFollower): Releases => ({
  records,
  inForce: line.inForce(),
  line: line.line(),
  interleaving: line.interleaving(),
});

export const readReleases = async (topic: ReleaseTopic): Promise<Releases> => {
  const follower = await openReleases(topic);
  await follower.close();
  return releasesOf(follower);
};

/** What a record says at least. */
export type Said = Pick<ModelRelease, 'releaseId' | 'kind' | 'at' | 'decision'> & Partial<ModelRelease>;

/** What it does not say is nothing. */
export const wholeRecord = (record: Said): ModelRelease => ({
  ...{ artifactUri: null, artifactHash: null, trainingRange: {}, metrics: {}, partition: null, fromOffset: null },
  ...record,
});

/** Resolves when the broker has it. */
export const publishRecord = async (
  { kafka, registry, topic = topics.modelReleases.name }: ReleaseTopic,
  record: Said,
): Promise<void> => {
  const schemaId = await registry.register(registrySubject(topic), schemaText('model-release'));
  const producer = await kafka.createProducer();
  try {
    const value = wireEncode(schemaId, modelReleaseCodec().encode(wholeRecord(record)));
    await producer.sendAll([{ topic, key: Buffer.from(record.releaseId), value }]);
  } finally {
    await producer.close();
  }
};
