import { choosePort, HOST } from '@nextcart/local';
import { GenericContainer, getContainerRuntimeClient, Network, Wait, type WaitStrategy } from 'testcontainers';
import { type ComposeService, infraFolder, readComposeFile } from './compose-file.ts';
import type { TestServers } from './servers.ts';

/** The four servers in containers, as infra/compose.yaml describes them; their data goes with them. */
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
    const failed: unknown[] = [];
    for (const each of stops.splice(0).reverse()) await each().catch((error: unknown) => failed.push(error));
    if (failed.length > 0) throw failed[0];
  };
  const { services } = readComposeFile();
  /** `port` is that on this machine; 0: any. Resolves with `host:port`. */
  const start = async (name: string, ready: WaitStrategy, port = 0): Promise<string> => {
    const server = describeServer(services, name, port);
    const container = new GenericContainer(server.image)
      .withNetwork(network)
      .withNetworkAliases(name)
      .withExposedPorts(port === 0 ? server.port : { container: server.port, host: port })
      .withEnvironment(server.environment)
      .withCopyFilesToContainer(server.files)
      .withWaitStrategy(ready)
      .withStartupTimeout(START_TIMEOUT_MS);
    if (server.command !== undefined) container.withCommand(server.command);
    const running = await container.start();
    stops.push(() => running.stop());
    return `${running.getHost()}:${running.getMappedPort(server.port)}`;
  };
  try {
    // a broker tells clients its address, so its port on this machine must be known before it starts
    const kafkaPort = await choosePort(undefined, new Set());
    await start('kafka', Wait.forLogMessage(/Kafka Server started/), kafkaPort);
    const registry = await start('registry', Wait.forHttp('/subjects', 8081));
    const clickhouse = await start('clickhouse', Wait.forHttp('/ping', 8123));
    const redis = await start('redis', Wait.forLogMessage(/Ready to accept connections/));
    const urls = {
      kafkaBrokers: `${HOST}:${kafkaPort}`,
      clickhouseUrl: `http://nextcart:nextcart@${clickhouse}/nextcart`,
      redisUrl: `redis://${redis}`,
      schemaRegistryUrl: `http://${registry}`,
    };
    return { urls, from: 'containers', stop };
  } catch (error) {
    await stop().catch(() => {}); // the first reason is the one to tell
    throw error;
  }
};

/**
 * A service of compose.yaml in testcontainers' words. Only the address that a broker tells is changed: to `port` of this
 * machine. Limits are left out: tests need few files, and not every engine may raise them.
 */
export const describeServer = (services: Readonly<Record<string, ComposeService>>, name: string, port: number) => {
  const service = services[name];
  if (service === undefined) throw new Error(`infra/compose.yaml has no service '${name}'`);
  const { image, ports = [], environment = {}, volumes = [], command } = service;
  const published = /^[\d.]+:(\d+):(\d+)$/.exec(ports[0] ?? '');
  if (published === null) throw new Error(`infra/compose.yaml publishes no port of '${name}'`);
  const told = `localhost:${published[1]}`;
  return {
    image,
    port: Number(published[2]),
    environment: Object.fromEntries(
      Object.entries(environment).map(([key, value]) => [key, value.replace(told, `${HOST}:${port}`)]),
    ),
    files: volumes.flatMap((volume) => {
      const [source = '', target = ''] = volume.split(':');
      return source.startsWith('.') ? [{ source: `${infraFolder}${source}`, target }] : [];
    }),
    command: command === undefined ? undefined : [...command],
  };
};
