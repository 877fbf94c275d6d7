import { choosePort, HOST } from '@nextcart/local';
import { GenericContainer, getContainerRuntimeClient, Network, Wait } from 'testcontainers';
import { composeImage } from './images.ts';
import type { TestServers } from './servers.ts';

/** The four servers in containers, from the images of infra/compose.yaml. */
const START_TIMEOUT_MS = 120_000;

export const engineAnswers = async (): Promise<boolean> => {
  try {
    await getContainerRuntimeClient();
    return true;
  } catch {
    return false;
  }
};

/** Rejects where an image can't be had; then nothing is left running. */
export const containerServers = async (): Promise<TestServers> => {
  const network = await new Network().start();
  const stops: (() => Promise<unknown>)[] = [() => network.stop()];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  const start = async (container: GenericContainer) => {
    const running = await container.withNetwork(network).withStartupTimeout(START_TIMEOUT_MS).start();
    stops.push(() => running.stop());
    return running;
  };
  try {
    // a broker tells clients its address, so its port on this machine must be known before it starts
    const kafkaPort = await choosePort(undefined, new Set());
    await start(kafka(kafkaPort));
    const registry = await start(schemaRegistry());
    const clickhouse = await start(clickhouseServer());
    const redis = await start(redisServer());
    const urls = {
      kafkaBrokers: `${HOST}:${kafkaPort}`,
      clickhouseUrl: `http://nextcart:nextcart@${clickhouse.getHost()}:${clickhouse.getMappedPort(8123)}/nextcart`,
      redisUrl: `redis://${redis.getHost()}:${redis.getMappedPort(6379)}`,
      schemaRegistryUrl: `http://${registry.getHost()}:${registry.getMappedPort(8081)}`,
    };
    return { urls, from: 'containers', stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const kafka = (port: number): GenericContainer =>
  new GenericContainer(composeImage('kafka'))
    .withNetworkAliases('kafka')
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTAINERS://:19092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${HOST}:${port},CONTAINERS://kafka:19092`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTAINERS:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'CONTAINERS',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/));

const schemaRegistry = (): GenericContainer =>
  new GenericContainer(composeImage('registry'))
    .withExposedPorts(8081)
    .withEnvironment({
      SCHEMA_REGISTRY_HOST_NAME: 'registry',
      SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS: 'kafka:19092',
    })
    .withWaitStrategy(Wait.forHttp('/subjects', 8081));

const clickhouseServer = (): GenericContainer =>
  new GenericContainer(composeImage('clickhouse'))
    .withExposedPorts(8123)
    .withEnvironment({ CLICKHOUSE_DB: 'nextcart', CLICKHOUSE_USER: 'nextcart', CLICKHOUSE_PASSWORD: 'nextcart' })
    .withWaitStrategy(Wait.forHttp('/ping', 8123));

const redisServer = (): GenericContainer =>
  new GenericContainer(composeImage('redis'))
    .withExposedPorts(6379)
    .withCommand(['redis-server', '--maxmemory-policy', 'noeviction', '--appendonly', 'yes'])
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/));
