/**
 * Questions about topics and groups. Each call asks the broker anew: a topic made again under the same name, and
 * offsets that moved, are seen. A broker that does not answer within some seconds is 'broker_unavailable' (retry).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { NextcartError } from '@nextcart/contracts';
import { accessTrouble } from './access.ts';
import type { KafkajsHome } from './connect-kafkajs.ts';
import { describe, isNotYet, kafkajsFields, noSuchTopic } from './errors.ts';
import type { Admin, CommittedOffset, PartitionOffsets } from './kafka.ts';
import { type RawCluster, READ_UNCOMMITTED } from './kafkajs-internals.ts';
import { metadataRequest, NO_SUCH_TOPIC, type TopicMetadata } from './topic-metadata.ts';

export interface ClosableAdmin extends Admin {
  close(): Promise<void>;
}

const ATTEMPTS = 3;
/** ListOffsets' names for the two ends of a log. */
const EARLIEST = -2;
const LATEST = -1;
/** Partitions of a new topic need a leader before they can be used. */
const CREATE_TIMEOUT_MS = 30_000;
const LEADER_POLL_MS = 100;
/** A broker that has just started loads its groups for some seconds, on a busy machine for many. */
const NOT_YET_TIMEOUT_MS = 60_000;
const NOT_YET_POLL_MS = 250;

export const createAdmin = (home: KafkajsHome): ClosableAdmin => {
  let cluster: RawCluster | undefined;
  let connecting: Promise<RawCluster> | undefined;

  const connected = (): Promise<RawCluster> =>
    (connecting ??= (async () => {
      const fresh = home.cluster();
      try {
        await fresh.connect();
        await fresh.refreshMetadata(); // the brokers' addresses
        cluster = fresh;
        return fresh;
      } catch (error) {
        drop(fresh);
        throw error;
      } finally {
        connecting = undefined;
      }
    })());
  /** Not awaited: kafkajs waits for answers that a dead broker does not give. */
  const drop = (old: RawCluster): void => {
    if (cluster === old) cluster = undefined;
    old.disconnect().catch(() => undefined);
  };

  const unavailable = (cause: unknown): NextcartError =>
    new NextcartError('broker_unavailable', `Kafka does not answer: ${describe(cause)}`, { retry: true, cause });
  /** To be tried again all the same: a person mends it, and nothing that waits is at fault. */
  const notLetIn = (cause: unknown): NextcartError | undefined => {
    const trouble = accessTrouble(cause, home.connection);
    if (trouble === undefined) return undefined;
    const { detail, cure } = trouble;
    return new NextcartError('broker_unavailable', `Kafka does not let us in: ${detail}`, { retry: true, cause, cure });
  };

  /**
   * A connection that broke since the last call is no reason to fail this one: the next attempt has a new one. Nor is a
   * broker that answers 'not yet' (a coordinator that loads, a leader that is being chosen): it is asked again.
   */
  const ask = async <T>(body: (cluster: RawCluster) => Promise<T>): Promise<T> => {
    let notYetMs = 0;
    for (let attempt = 1; ; attempt += 1) {
      let used: RawCluster | undefined;
      try {
        used = cluster?.isConnected() === true ? cluster : await connected();
        return await body(used);
      } catch (error) {
        if (error instanceof NextcartError) throw error;
        if (isNotYet(error) && notYetMs < NOT_YET_TIMEOUT_MS) {
          await sleep(NOT_YET_POLL_MS);
          notYetMs += NOT_YET_POLL_MS;
          attempt -= 1;
          continue;
        }
        if (used !== undefined) drop(used);
        if (used === undefined) throw notLetIn(error) ?? unavailable(error);
        if (attempt >= ATTEMPTS) throw unavailable(error);
      }
    }
  };

  const describeTopics = (names: readonly string[]): Promise<TopicMetadata[]> =>
    ask(async (raw) => (await raw.brokerPool.findConnectedBroker()).connectionPool.send(metadataRequest(names)));

  const describeTopic = async (name: string): Promise<TopicMetadata> => {
    const found = (await describeTopics([name]))[0];
    if (found === undefined || found.errorCode === NO_SUCH_TOPIC) throw noSuchTopic(name);
    if (found.leaders.length === 0)
      throw new NextcartError('broker_unavailable', `topic ${name} is not ready (code ${found.errorCode})`, {
        retry: true,
      });
    return found;
  };
  const listPartitions = async (name: string) =>
    (await describeTopic(name)).leaders.map((_, partition) => ({ partition }));

  /** Resolves when each topic can be used. */
  const leadersOf = async (names: readonly string[]): Promise<void> => {
    for (let waitedMs = 0; waitedMs < CREATE_TIMEOUT_MS; waitedMs += LEADER_POLL_MS) {
      const found = await describeTopics(names);
      if (found.every(({ errorCode, leaders }) => errorCode === 0 && leaders.length > 0)) return;
      await sleep(LEADER_POLL_MS);
    }
    throw new NextcartError('broker_unavailable', `new topics have no leader after ${CREATE_TIMEOUT_MS} ms`, {
      retry: true,
      context: { topics: names.join(',') },
    });
  };

  /** By partition, ascending; −1 where nothing is that young. */
  const offsetsBy = async ({ name, leaders }: TopicMetadata, timestamp: number): Promise<Map<number, number>> =>
    ask(async (raw) => {
      const answers = await Promise.all(
        [...new Set(leaders)].map(async (nodeId) => {
          const broker = await raw.findBroker({ nodeId });
          const partitions = [...leaders.keys()].filter((partition) => leaders[partition] === nodeId);
          const { responses } = await broker.listOffsets({
            isolationLevel: READ_UNCOMMITTED,
            topics: [{ topic: name, partitions: partitions.map((partition) => ({ partition, timestamp })) }],
          });
          return responses.flatMap((response) => response.partitions);
        }),
      );
      const found = answers.flat().map(({ partition, offset }): [number, number] => [partition, Number(offset)]);
      return new Map(found.sort(([a], [b]) => a - b));
    });

  const offsets = async (name: string): Promise<PartitionOffsets[]> => {
    const found = await describeTopic(name);
    const [starts, ends] = await Promise.all([offsetsBy(found, EARLIEST), offsetsBy(found, LATEST)]);
    return [...ends].map(([partition, end]) => ({ partition, start: starts.get(partition) ?? end, end }));
  };

  const withKafkajsAdmin = async <T>(body: (admin: ReturnType<typeof home.brief.admin>) => Promise<T>): Promise<T> => {
    const admin = home.brief.admin();
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
    topic: async (name) => {
      const { topicId, leaders } = await describeTopic(name);
      return { topicId, partitions: leaders.length };
    },
    offsets,
    ensureTopics: async (specs) => {
      const there = new Map((await describeTopics(specs.map(({ name }) => name))).map((found) => [found.name, found]));
      const missing = specs.filter(({ name }) => (there.get(name)?.leaders.length ?? 0) === 0);
      for (const { name, partitions } of specs) {
        const found = there.get(name)?.leaders.length ?? 0;
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
            waitForLeaders: false, // kafkajs gives up where a busy broker does not know its new topic yet
          });
          if (created) made.push(name);
        }
        await leadersOf(missing.map(({ name }) => name));
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
      const described = await describeTopic(name);
      const [found, ends] = await Promise.all([offsetsBy(described, timeMs), offsetsBy(described, LATEST)]);
      // -1: nothing was appended at or after that time
      return new Map(
        [...found].map(([partition, offset]) => [partition, offset >= 0 ? offset : (ends.get(partition) ?? 0)]),
      );
    },
    deleteTopics: async (names) => {
      const there = (await describeTopics(names)).filter(({ leaders }) => leaders.length > 0).map(({ name }) => name);
      if (there.length > 0) await withKafkajsAdmin((admin) => admin.deleteTopics({ topics: there }));
    },
    close: async () => {
      if (cluster !== undefined) drop(cluster);
    },
  };
};
