import { createServer, type Server } from 'node:net';
import { choosePort, HOST } from '@nextcart/local';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireNamedServers } from './named-servers.ts';

let server: Server;
let there: string;
let nobody: string;
beforeEach(async () => {
  const port = await choosePort(undefined, new Set());
  await new Promise<void>((resolve) => {
    server = createServer().listen(port, HOST, resolve);
  });
  there = `${HOST}:${port}`;
  nobody = `${HOST}:${await choosePort(undefined, new Set([port]))}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

test('addresses where something listens are let by, and so is a broker of several that is away', async () => {
  await requireNamedServers({
    kafkaBrokers: `${nobody},${there}`,
    clickhouseUrl: `http://nextcart:secret@${there}/nextcart`,
    redisUrl: `redis://${there}`,
    schemaRegistryUrl: `http://${there}`,
  });
  await requireNamedServers({});
});

test.each([
  ['KAFKA_BROKERS', () => ({ kafkaBrokers: nobody })],
  ['CLICKHOUSE_URL', () => ({ clickhouseUrl: `http://nextcart:secret@${nobody}/nextcart` })],
  ['REDIS_URL', () => ({ redisUrl: `redis://${nobody}` })],
  ['SCHEMA_REGISTRY_URL', () => ({ schemaRegistryUrl: `http://${nobody}` })],
] as const)(
  '%s with an address where nothing listens is refused with the address, the reason and the cure',
  async (name, urls) => {
    await expect(requireNamedServers(urls())).rejects.toThrow(
      `${name} names a server that does not answer: ${nobody} (connect ECONNREFUSED ${nobody}). Start it, or leave ${name} out: then one is started here.`,
    );
  },
);

test('what is no address is named with its variable', async () => {
  await expect(requireNamedServers({ redisUrl: 'localhost 6379' })).rejects.toThrow('REDIS_URL is no address');
  const { port } = server.address() as { port: number };
  await requireNamedServers({ clickhouseUrl: `http://nextcart:a,b@${HOST}:${port}/nextcart` });
});
