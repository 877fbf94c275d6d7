import { clickhouseConnection, createStore } from '@nextcart/clickhouse';
import { topics } from '@nextcart/contracts';
import { createKafka, createRegistryClient, kafkaConnection, registryConnection } from '@nextcart/kafka';
import {
  countBuffersAsHeap,
  createHealth,
  createLifecycle,
  createLogger,
  createMetrics,
  createWaiting,
  standBack,
  startStatusServer,
  systemClock,
} from '@nextcart/runtime';
import { readTrainingSettings, withMinSubjects } from './data-set/settings.ts';
import { optionsOf, readEnv } from './env.ts';
import { connectRedis } from './redis.ts';
import { createReleaseLog } from './release/release-log.ts';
import { createTrainer } from './trainer.ts';

// 1. the environment
standBack();
const env = readEnv();
const settings = withMinSubjects(readTrainingSettings(env.TRAINER_SETTINGS_FILE), env.TRAINER_MIN_SUBJECTS);
const clock = systemClock;
countBuffersAsHeap();
const log = createLogger('trainer', env.LOG_LEVEL);

// 2. clients
const [health, metrics] = [createHealth(), createMetrics('trainer')];
const connection = clickhouseConnection(env);
const kafka = createKafka({ connection: kafkaConnection(env, 'nextcart-trainer'), log, clock });
const store = createStore({ ...connection, log, clock, background: true });
const registry = createRegistryClient({ ...registryConnection(env), log, clock });
const redis = connectRedis(env.REDIS_URL, { log, health });

// 3. the trainer, which waits for what is not there yet and says so in health
const trainer = createTrainer({
  ...{ store, connection, clock, log, health, metrics, settings, waiting: createWaiting() },
  ...optionsOf(env),
  queue: { redis, prefix: env.TRAINER_QUEUE_PREFIX },
  topicId: async () => (await kafka.admin.topic(topics.events.name)).topicId,
  catalogTopicId: async () => (await kafka.admin.topic(topics.catalog.name)).topicId,
  releases: createReleaseLog({ kafka, registry }),
});

// 4. lifecycle
const lifecycle = createLifecycle({ log, clock });
lifecycle.onStop('redis', () => redis.disconnect());
lifecycle.onStop('store', () => store.close());
lifecycle.onStop('kafka', () => kafka.close());
lifecycle.onStop('trainer', () => trainer.close());
const status = await startStatusServer({ host: env.HTTP_HOST, port: env.HTTP_PORT, health, metrics });
lifecycle.onStop('status', () => status.close());
log.info({ port: status.port }, 'status_served');

// 5. running
trainer.start();
log.info('started');
await lifecycle.stopped;
