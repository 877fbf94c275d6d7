import { clickhouseConnection, createStore } from '@nextcart/clickhouse';
import { createKafka, kafkaConnection } from '@nextcart/kafka';
import {
  countBuffersAsHeap,
  createHealth,
  createLifecycle,
  createLogger,
  createMetrics,
  standBack,
  startStatusServer,
  systemClock,
} from '@nextcart/runtime';
import { readEnv, settingsOf } from './env.ts';
import { createFeatures } from './features.ts';

// 1. the environment
standBack();
const env = readEnv();
const clock = systemClock;
countBuffersAsHeap();
const log = createLogger('features', env.LOG_LEVEL);

// 2. clients
const kafka = createKafka({ connection: kafkaConnection(env, 'nextcart-features'), log, clock });
const store = createStore({ ...clickhouseConnection(env), log, clock, background: true });
const health = createHealth();
const metrics = createMetrics('features');

// 3. the loop, which waits for what is not there yet and says so in health
const features = createFeatures({ store, admin: kafka.admin, clock, log, metrics, health, settings: settingsOf(env) });

// 4. lifecycle
const lifecycle = createLifecycle({ log, clock });
lifecycle.onStop('store', () => store.close());
lifecycle.onStop('kafka', () => kafka.close());
lifecycle.onStop('features', () => features.close());
const status = await startStatusServer({ host: env.HTTP_HOST, port: env.HTTP_PORT, health, metrics });
lifecycle.onStop('status', () => status.close());
log.info({ port: status.port }, 'status_served');

// 5. running
features.start();
log.info('started');
await lifecycle.stopped;
