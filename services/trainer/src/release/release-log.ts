/** model-releases.v1 as trainers read and write it. */
import {
  type ModelRelease,
  modelReleaseCodec,
  NextcartError,
  type ReleaseLine,
  registrySubject,
  schemaText,
  topics,
  wireEncode,
} from '@nextcart/contracts';
import { followReleases, type Kafka, type RegistryClient } from '@nextcart/kafka';

export interface ReleaseLog {
  /** All records up to now, and what they put in force. */
  read(): Promise<{ readonly records: readonly ModelRelease[]; readonly line: ReleaseLine }>;
  /** Resolves when the broker has it. */
  publish(record: ModelRelease): Promise<void>;
}

/** A record of a kind; what it does not name is nothing. */
export const releaseRecord = (
  record: Pick<ModelRelease, 'releaseId' | 'kind' | 'at'> & Partial<ModelRelease>,
): ModelRelease => ({
  ...{ artifactUri: null, artifactHash: null, trainingRange: {}, metrics: {}, decision: null },
  ...{ partition: null, fromOffset: null },
  ...record,
});

export const createReleaseLog = (deps: {
  readonly kafka: Kafka;
  readonly registry: Pick<RegistryClient, 'register' | 'schema'>;
  readonly topic?: string;
}): ReleaseLog => {
  const { kafka, registry, topic = topics.modelReleases.name } = deps;
  const codec = modelReleaseCodec();
  return {
    read: async () => {
      let silence: unknown;
      const follower = await followReleases({
        ...{ kafka, topic, schemaText: (id) => registry.schema(id) },
        // records of a registry that does not answer are not there, and another release would seem to be in force
        unreadable: (_offset, error) => {
          if (error instanceof NextcartError && error.retry) silence ??= error;
        },
      });
      try {
        await follower.caughtUp;
      } finally {
        await follower.close();
      }
      if (silence !== undefined) throw silence as NextcartError;
      return follower;
    },
    publish: async (record) => {
      const schemaId = await registry.register(registrySubject(topic), schemaText('model-release'));
      const producer = await kafka.createProducer();
      try {
        const key = Buffer.from(record.releaseId);
        await producer.sendAll([{ topic, key, value: wireEncode(schemaId, codec.encode(record)) }]);
      } finally {
        await producer.close();
      }
    },
  };
};
