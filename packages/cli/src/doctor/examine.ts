import { topics } from '@nextcart/contracts';
import type { Connections } from '../connect.ts';
import { checkLag } from './check-lag.ts';
import { checkSchemas, checkTopics } from './check-log.ts';
import { checkAccess, checkBrokers, checkRedis, checkRegistry, checkStore } from './check-servers.ts';
import { checkServices } from './check-services.ts';
import { checkMigrations, checkSplitSubjects } from './check-store.ts';
import { type Finding, look } from './finding.ts';

/**
 * Everything that can be wrong from outside, in the order in which one thing needs the other. What hangs on a server
 * that does not answer is left out: its finding says enough.
 */
export const examine = async (
  connections: Connections,
  services: Readonly<Record<string, string>>,
): Promise<Finding[]> => {
  const { env, kafka, store, registry } = connections;
  const brokers = await checkBrokers(env.KAFKA_BROKERS);
  const clickhouse = await checkStore(store, env.CLICKHOUSE_URL);
  const schemas = await checkRegistry(registry, env.SCHEMA_REGISTRY_URL);
  const access = brokers.some(({ ok }) => ok) ? [await checkAccess(kafka)] : [];
  const log = access.some(({ ok }) => ok);
  const topicId = log
    ? await kafka()
        .admin.topic(topics.events.name)
        .catch(() => null)
    : null;
  return [
    ...brokers,
    ...access,
    clickhouse,
    schemas,
    ...(await checkRedis(env.REDIS_URL)),
    ...(log ? await look('topics', 'see the broker', () => checkTopics(kafka())) : []),
    ...(schemas.ok ? await checkSchemas(registry()) : []),
    ...(clickhouse.ok ? await look('clickhouse tables', 'run `nextcart setup`', () => checkMigrations(store())) : []),
    ...(log && topicId !== null ? await checkLag(kafka(), clickhouse.ok ? store() : null) : []),
    ...(clickhouse.ok && topicId !== null
      ? await look('subjects split between partitions', 'run `nextcart setup`', () =>
          checkSplitSubjects(store(), topicId.topicId),
        )
      : []),
    ...(await checkServices(services)),
  ];
};
