import { clickhouseConnection, createStore } from '@nextcart/clickhouse';
import { createKafka, createRegistryClient, kafkaConnection, registryConnection } from '@nextcart/kafka';
import {
  countBuffersAsHeap,
  createFaultPoint,
  createHealth,
  createLifecycle,
  createLogger,
  createMetrics,
  standBack,
  startStatusServer,
  systemClock,
} from '@nextcart/runtime';
import { createIngest } from './create-ingest.ts';
import { readEnv } from './env.ts';
import { readRates } from './read-rates.ts';

// 1. the environment
standBack();
const env = readEnv();
const clock = systemClock;
countBuffersAsHeap();
const log = createLogger('ingest', env.LOG_LEVEL);

// 2. clients
const kafka = createKafka({ connection: kafkaConnection(env, 'nextcart-ingest'), log, clock });
const registry = createRegistryClient({ ...registryConnection(env), log, clock });
const store = createStore({ ...clickhouseConnection(env), log, clock, background: true });
const health = createHealth();
const metrics = createMetrics('ingest');

// 3. lifecycle
const lifecycle = createLifecycle({ log, clock });
lifecycle.onStop('store', () => store.close());
lifecycle.onStop('kafka', () => kafka.close());
const status = await startStatusServer({ host: env.HTTP_HOST, port: env.HTTP_PORT, health, metrics });
lifecycle.onStop('status', () => status.close());
log.info({ port: status.port }, 'status_served');

// 4. pipelines, which wait for what is not there yet and say so in health
health.add('started', () => ({ ok: false, detail: 'starting' }));
const ingest = await createIngest({
  ...{ kafka, registry, store, rates: readRates(env.RATES_FILE), clock, log, health, metrics },
  limits: { maxRows: env.INGEST_BATCH_ROWS, maxBytes: env.INGEST_BATCH_BYTES, flushMs: env.INGEST_FLUSH_MS },
  stallMs: env.INGEST_STALL_MS,
  faultPoint: createFaultPoint(env.INGEST_CRASH_AT, () => process.kill(process.pid, 'SIGKILL')),
});

// 5. running
lifecycle.onStop('ingest', () => ingest.close());
health.add('started', () => ({ ok: true, detail: 'running' }));
log.info('started');
await lifecycle.stopped;
