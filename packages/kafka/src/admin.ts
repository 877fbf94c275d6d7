/**
 * Questions about topics and groups. Each call asks the broker anew: a topic made again under the same name, and
 * offsets that moved, are seen. A broker that does not answer within some seconds is 'broker_unavailable' (retry).
 */
import { NextcartError } from '@nextcart/contracts';
import type { KafkajsHome } from './connect-kafkajs.ts';
import { describe, kafkajsFields, noSuchTopic } from './errors.ts';
import type { Admin, CommittedOffset, PartitionOffsets } from './kafka.ts';
import type { RawCluster } from './kafkajs-internals.ts';
import { metadataRequest, NO_SUCH_TOPIC, type TopicMetadata } from './topic-metadata.ts';

export interface ClosableAdmin extends Admin {
  close(): Promise<void>;
}

const ATTEMPTS = 2;
/** Partitions of a new topic need a leader before they can be used. */
const CREATE_TIMEOUT_MS = 10_000;

export const createAdmin = (home: KafkajsHome): ClosableAdmin => {
  let cluster: RawCluster | undefined;
  let connecting: Promise<RawCluster> | undefined;

  const connected = (): Promise<RawCluster> =>
    (connecting ??= (async () => {
      try {
        cluster ??= home.cluster();
        await cluster.connect();
        await cluster.refreshMetadata();
        return cluster;
      } finally {
        connecting = undefined;
      }
    })());
  const dropCluster = async () => {
    const old = cluster;
    cluster = undefined;
    await old?.disconnect().catch(() => undefined);
  };

  /** A connection that broke since the last call is no reason to fail this one: the second attempt has a new one. */
  const ask = async <T>(body: (cluster: RawCluster) => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await body(cluster?.isConnected() === true ? cluster : await connected());
      } catch (error) {
        if (error instanceof NextcartError) throw error;
        await dropCluster();
        if (attempt >= ATTEMPTS)
          throw new NextcartError('broker_unavailable', `Kafka does not answer: ${describe(error)}`, {
            retry: true,
            cause: error,
          });
      }
    }
  };

  const describeTopics = (names: readonly string[]): Promise<TopicMetadata[]> =>
    ask(async (raw) => (await raw.brokerPool.findConnectedBroker()).connectionPool.send(metadataRequest(names)));

  const topic = async (name: string) => {
    const found = (await describeTopics([name]))[0];
    if (found === undefined || found.errorCode === NO_SUCH_TOPIC) throw noSuchTopic(name);
    if (found.partitions === 0)
      throw new NextcartError('broker_unavailable', `topic ${name} is not ready (code ${found.errorCode})`, {
        retry: true,
      });
    return { topicId: found.topicId, partitions: found.partitions };
  };

  const listPartitions = async (name: string) =>
    Array.from({ length: (await topic(name)).partitions }, (_, partition) => ({ partition }));

  const offsetsBy = async (
    name: string,
    partitions: readonly { readonly partition: number }[],
    by: { fromBeginning: boolean } | { fromTimestamp: number },
  ): Promise<Map<number, number>> =>
    ask(async (raw) => {
      await raw.addMultipleTargetTopics([name]);
      await raw.refreshMetadata();
      const [answer] = await raw.fetchTopicsOffset([{ topic: name, partitions, ...by }]);
      const found = new Map((answer?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]));
      if (found.size !== partitions.length) throw new Error(`not every partition of ${name} has a leader`);
      return found;
    });

  const offsets = async (name: string): Promise<PartitionOffsets[]> => {
    const partitions = await listPartitions(name);
    const [starts, ends] = await Promise.all([
      offsetsBy(name, partitions, { fromBeginning: true }),
      offsetsBy(name, partitions, { fromBeginning: false }),
    ]);
    return partitions.map(({ partition }) => ({
      partition,
      start: starts.get(partition) ?? 0,
      end: ends.get(partition) ?? 0,
    }));
  };

  const withKafkajsAdmin = async <T>(body: (admin: ReturnType<typeof home.client.admin>) => Promise<T>): Promise<T> => {
    const admin = home.client.admin({ retry: { retries: 5 } });
    try {
      await admin.connect();
      return await body(admin);
    } catch (error) {
      throw new NextcartError('broker_unavailable', `Kafka refused or does not answer: ${describe(error)}`, {
        retry: kafkajsFields(error).retriable !== false,
        cause: error,
      });
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  };

  return {
    topic,
    offsets,
    ensureTopics: async (specs) => {
      const there = new Map((await describeTopics(specs.map(({ name }) => name))).map((found) => [found.name, found]));
      const missing = specs.filter(({ name }) => (there.get(name)?.partitions ?? 0) === 0);
      for (const { name, partitions } of specs) {
        const found = there.get(name)?.partitions ?? 0;
        if (found === 0 || found === partitions) continue;
        throw new NextcartError(
          'bad_configuration',
          `topic ${name} has ${found} partitions and nextcart expects ${partitions}: change one of the two`,
          { retry: false, context: { topic: name, found, expected: partitions } },
        );
      }
      if (missing.length === 0) return [];
      return withKafkajsAdmin(async (admin) => {
        const made: string[] = [];
        // one by one: another process may make some of them at the same time
        for (const { name, partitions, config } of missing) {
          const created = await admin.createTopics({
            topics: [
              {
                topic: name,
                numPartitions: partitions,
                configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
              },
            ],
            timeout: CREATE_TIMEOUT_MS,
            waitForLeaders: true,
          });
          if (created) made.push(name);
        }
        return made;
      });
    },
    committed: async (groupId, name) => {
      const partitions = await listPartitions(name);
      const { responses } = await ask(async (raw) =>
        (await raw.findGroupCoordinator({ groupId })).offsetFetch({ groupId, topics: [{ topic: name, partitions }] }),
      );
      const found = new Map<number, CommittedOffset>();
      for (const { partition, offset, metadata } of responses[0]?.partitions ?? [])
        if (Number(offset) >= 0) found.set(partition, { offset: Number(offset), metadata: metadata ?? '' });
      return found;
    },
    offsetsAt: async (name, timeMs) => {
      const partitions = await listPartitions(name);
      const [found, ends] = await Promise.all([
        offsetsBy(name, partitions, { fromTimestamp: timeMs }),
        offsetsBy(name, partitions, { fromBeginning: false }),
      ]);
      // -1: nothing was appended at or after that time
      return new Map(
        [...found].map(([partition, offset]) => [partition, offset >= 0 ? offset : (ends.get(partition) ?? 0)]),
      );
    },
    deleteTopics: async (names) => {
      const there = (await describeTopics(names)).filter(({ partitions }) => partitions > 0).map(({ name }) => name);
      if (there.length > 0) await withKafkajsAdmin((admin) => admin.deleteTopics({ topics: there }));
    },
    close: dropCluster,
  };
};
