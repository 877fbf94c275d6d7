import { artifactsOptions, createArtifacts } from '@nextcart/artifacts';
import { clickhouseConnection, createStore } from '@nextcart/clickhouse';
import { createKafka, createRegistryClient, kafkaConnection, registryConnection } from '@nextcart/kafka';
import {
  systemClock as clock,
  collectSeldom,
  createFaultPoint,
  createHealth,
  createLifecycle,
  createLogger,
  createMetrics,
  helpersStandBack,
  startStatusServer,
} from '@nextcart/runtime';
import { createScorer } from './create-scorer.ts';
import { optionsOf, readEnv } from './env.ts';

const env = readEnv();
collectSeldom();
helpersStandBack();
const log = createLogger('scorer', env.LOG_LEVEL);
const lifecycle = createLifecycle({ log, clock });

const kafka = createKafka({ connection: kafkaConnection(env, 'nextcart-scorer'), log, clock });
const store = createStore({ ...clickhouseConnection(env), log, clock });
const registry = createRegistryClient({ ...registryConnection(env), log, clock });
const metrics = createMetrics('scorer');
const health = createHealth();

const status = await startStatusServer({ host: env.HTTP_HOST, port: env.HTTP_PORT, health, metrics });
const faultPoint = createFaultPoint(env.SCORER_CRASH_AT, () => process.kill(process.pid, 'SIGKILL'));
const scorer = createScorer({
  kafka,
  store,
  registry,
  artifacts: createArtifacts(artifactsOptions(env)),
  clock,
  log,
  metrics,
  health,
  faultPoint,
  options: optionsOf(env),
});

lifecycle.onStop('status', () => status.close());
lifecycle.onStop('store', () => store.close());
lifecycle.onStop('kafka', () => kafka.close());
lifecycle.onStop('scorer', () => scorer.close());

log.info({ port: status.port }, 'scorer_up');
await scorer.started;
log.info({}, 'scorer_started');
