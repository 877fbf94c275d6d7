/** A trainer as a process of its own, over a test's events, catalogue and topic of releases: what main.ts is, but for the names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createArtifacts } from '@nextcart/artifacts';
import { clickhouseConnection, createStore } from '@nextcart/clickhouse';
import { createKafka, createRegistryClient, kafkaConnection } from '@nextcart/kafka';
import { createHealth, createLogger, createMetrics, createWaiting, systemClock } from '@nextcart/runtime';
import { connectRedis } from './redis.ts';
import { createReleaseLog } from './release/release-log.ts';
import { createTrainer, type TrainerDeps } from './trainer.ts';

export interface TrainerProcessArgument
  extends Pick<TrainerDeps, 'settings' | 'dataDir' | 'queueSettings' | 'schedule' | 'keepReleases'> {
  readonly urls: Readonly<Record<'clickhouse' | 'redis' | 'kafka' | 'registry', string>>;
  readonly prefix: string;
  readonly topicId: string;
  readonly catalogTopicId: string;
  readonly releasesTopic: string;
}

const { urls, prefix, topicId, catalogTopicId, releasesTopic, ...same } = JSON.parse(
  readFileSync(0, 'utf8'),
) as TrainerProcessArgument;
const [log, health, clock] = [createLogger('trainer', 'info'), createHealth(), systemClock];
const connection = clickhouseConnection({ CLICKHOUSE_URL: urls.clickhouse });
const kafka = createKafka({
  connection: kafkaConnection({ KAFKA_BROKERS: urls.kafka.split(','), KAFKA_TLS: 'false' }, 'test-trainer'),
  ...{ log, clock },
});
const registry = createRegistryClient({ url: urls.registry, log, clock });
createTrainer({
  ...same,
  artifacts: createArtifacts({ fetchedDir: join(same.dataDir, 'fetched') }),
  ...{ connection, store: createStore({ ...connection, log, clock }), clock, log, health, waiting: createWaiting() },
  ...{ metrics: createMetrics('trainer'), logLevel: 'error', threads: 1, memoryBytes: 2 ** 30 },
  queue: { redis: connectRedis(urls.redis, { log, health }), prefix },
  ...{ topicId: async () => topicId, catalogTopicId: async () => catalogTopicId },
  releases: createReleaseLog({ kafka, registry, topic: releasesTopic }),
}).start();
