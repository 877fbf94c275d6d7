import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase } from '@nextcart/clickhouse/testing';
import { choosePort, HOST, provisionStack, type StackUrls, stackEnv } from '@nextcart/local';
import { makeCertificates } from './certificates.ts';
import { tlsFront } from './tls-front.ts';

/** Environment variables; undefined takes one away. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface SecuredServers {
  /** All that a process needs to be let in everywhere; its Kafka login is SCRAM-SHA-512. */
  readonly env: Variables;
  /** The same broker where it takes everybody. */
  readonly plainBroker: string;
  /** `kill -9`, for good. */
  killBroker(): Promise<void>;
  stop(): Promise<void>;
}

const USER = 'shop';
const PASSWORD = 'p%40ss:w/ord'; // what an address must escape

/**
 * A broker of its own that wants TLS and a login; TLS before the run's ClickHouse, with a database of its own; TLS and
 * a login before the run's schema registry. One authority, made here, vouches for all.
 */
export const securedServers = async (urls: StackUrls): Promise<SecuredServers> => {
  const dir = mkdtempSync(join(tmpdir(), 'nextcart-secured-'));
  const certificates = await makeCertificates(dir);
  const { caFile, keystoreFile } = certificates;
  const port = await choosePort(undefined, new Set());
  const stack = await provisionStack({
    dataDir: join(dir, 'stack'),
    env: { ...process.env, ...stackEnv(urls), KAFKA_BROKERS: undefined },
    securedKafka: { port, keystoreFile, users: { [USER]: PASSWORD } },
    log: () => {},
  });
  const database = await freshDatabase(urls.clickhouseUrl, 'secured');
  const clickhouse = await tlsFront(certificates, new URL(urls.clickhouseUrl).origin);
  const registry = await tlsFront(certificates, urls.schemaRegistryUrl, `${USER}:${PASSWORD}`);

  const { username, password, pathname } = new URL(database.url);
  const secret = encodeURIComponent(PASSWORD);
  return {
    env: {
      NEXTCART_DIR: dir,
      KAFKA_BROKERS: `${HOST}:${port}`,
      KAFKA_TLS: 'true',
      KAFKA_CA_FILE: caFile,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: USER,
      KAFKA_SASL_PASSWORD: PASSWORD,
      CLICKHOUSE_URL: clickhouse.url.replace('//', `//${username}:${password}@`) + pathname,
      CLICKHOUSE_CA_FILE: caFile,
      SCHEMA_REGISTRY_URL: registry.url.replace('//', `//${USER}:${secret}@`),
      SCHEMA_REGISTRY_CA_FILE: caFile,
      REDIS_URL: undefined,
    },
    plainBroker: stack.urls.kafkaBrokers,
    killBroker: async () => stack.servers.kafka?.kill9({ stayDown: true }),
    stop: async () => {
      await Promise.all([clickhouse.close(), registry.close(), database.drop()]);
      await stack.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
