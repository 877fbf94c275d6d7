import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtifacts } from '@nextcart/artifacts';
import { createStore } from '@nextcart/clickhouse';
import { createKafka, createRegistryClient } from '@nextcart/kafka';
import {
  systemClock as clock,
  collectSeldom,
  createHealth,
  createLifecycle,
  createLogger,
  createMetrics,
  helpersStandBack,
  startStatusServer,
} from '@nextcart/runtime';
import { createScorer } from '@nextcart/scorer';

/** services/scorer/src/main.ts with one thing more: it keeps the stamps of "unchanged" and writes them at its end. */
const { KAFKA_BROKERS = '', CLICKHOUSE_URL = '', SCHEMA_REGISTRY_URL = '', HTTP_PORT, STAMPS_FILE = '' } = process.env;
collectSeldom();
helpersStandBack();
const log = createLogger('scorer', 'warn');
const lifecycle = createLifecycle({ log, clock });
const kafka = createKafka({
  connection: { brokers: KAFKA_BROKERS.split(','), clientId: 'nextcart-scorer' },
  log,
  clock,
});
const store = createStore({ url: CLICKHOUSE_URL, log, clock });
const registry = createRegistryClient({ url: SCHEMA_REGISTRY_URL, log, clock });
const metrics = createMetrics('scorer');
const health = createHealth();
const status = await startStatusServer({ host: '127.0.0.1', port: Number(HTTP_PORT), health, metrics });

const stamps: number[] = [];
const scorer = createScorer({
  ...{ kafka, store, registry, clock, log, metrics, health },
  artifacts: createArtifacts({ fetchedDir: join(tmpdir(), 'nextcart-latency') }),
  onUnchanged: (partition, offset, at) => void stamps.push(partition, offset, at),
});
// in the reverse order, as in main.ts
lifecycle.onStop('status', () => status.close());
lifecycle.onStop('store', () => store.close());
lifecycle.onStop('kafka', () => kafka.close());
lifecycle.onStop('stamps', async () => writeFileSync(STAMPS_FILE, Float64Array.from(stamps)));
lifecycle.onStop('scorer', () => scorer.close());
await scorer.started;
await lifecycle.stopped;
