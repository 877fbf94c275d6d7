import { type Artifacts, artifactsOptions, createArtifacts } from '@nextcart/artifacts';
import { clickhouseConnection, createStore, type Store } from '@nextcart/clickhouse';
import {
  createKafka,
  createRegistryClient,
  type Kafka,
  kafkaConnection,
  type RegistryClient,
  registryConnection,
} from '@nextcart/kafka';
import { createLogger, type Logger, STDERR, systemClock } from '@nextcart/runtime';
import { type CliEnv, readEnv } from './env.ts';

/** What a command may use; each client is made at its first use, so that `topics` needs no ClickHouse. */
export interface Connections {
  readonly env: CliEnv;
  readonly log: Logger;
  kafka(): Kafka;
  store(): Store;
  registry(): RegistryClient;
  artifacts(): Artifacts;
}

/** Runs a command's body with connections and closes what it opened, also after an error. */
export const withConnections = async (body: (connections: Connections) => Promise<void>): Promise<void> => {
  const env = readEnv();
  const log = createLogger('nextcart', env.LOG_LEVEL, STDERR);
  const clock = systemClock;
  let kafka: Kafka | undefined;
  let store: Store | undefined;
  let registry: RegistryClient | undefined;
  try {
    await body({
      env,
      log,
      kafka: () => (kafka ??= createKafka({ connection: kafkaConnection(env, 'nextcart-cli'), log, clock })),
      store: () => (store ??= createStore({ ...clickhouseConnection(env), log, clock })),
      registry: () => (registry ??= createRegistryClient({ ...registryConnection(env), log, clock })),
      artifacts: () => createArtifacts(artifactsOptions(env)),
    });
  } finally {
    await kafka?.close();
    await store?.close();
  }
};

/** Aborted by Ctrl-C, so that a long command ends in order and keeps what it has done. */
export const interrupted = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => controller.abort(new Error(`stopped by ${signal}`)));
  return controller.signal;
};
