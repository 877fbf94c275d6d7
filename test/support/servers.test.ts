import { expect, test } from 'vitest';
import { obtainServers } from './servers.ts';

test('servers that the environment names are taken as they are: none is started, and none is stopped', async () => {
  const servers = await obtainServers(
    {
      KAFKA_BROKERS: 'kafka.example:9092',
      CLICKHOUSE_URL: 'http://clickhouse.example:8123/nextcart',
      REDIS_URL: 'redis://redis.example:6379',
      SCHEMA_REGISTRY_URL: 'http://registry.example:8081',
    },
    () => expect.unreachable('something is being started'),
  );
  expect(servers).toMatchObject({ from: 'environment', urls: { kafkaBrokers: 'kafka.example:9092' } });
  await servers.stop();
});
