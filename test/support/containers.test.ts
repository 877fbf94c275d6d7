import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readComposeFile } from './compose-file.ts';
import { describeServer } from './containers.ts';

const { services } = readComposeFile();

test('a container of the tests is the service of compose.yaml: image, port, environment, command, files', () => {
  for (const [name, port] of Object.entries({ kafka: 9092, redis: 6379, registry: 8081, clickhouse: 8123 })) {
    const { image, command, environment = {} } = services[name] ?? expect.unreachable(name);
    const server = describeServer(services, name, 0);
    expect(server).toMatchObject({ image, port, command });
    if (name !== 'kafka') expect(server.environment).toEqual(environment);
  }
  const [users] = describeServer(services, 'clickhouse', 0).files;
  expect(users?.target).toBe('/etc/clickhouse-server/users.d/nextcart-profiles.xml');
  expect(existsSync(users?.source ?? '')).toBe(true);
});

test('a broker in a container tells this machine the port that was chosen for it, and other containers its name', () => {
  expect(describeServer(services, 'kafka', 40_123).environment).toEqual({
    ...services['kafka']?.environment,
    KAFKA_ADVERTISED_LISTENERS: 'HOST://127.0.0.1:40123,CONTAINERS://kafka:19092',
  });
});

test('what compose.yaml no longer has is said by name', () => {
  expect(() => describeServer(services, 'nothing', 0)).toThrow(/no service 'nothing'/);
  expect(() => describeServer(services, 'setup', 0)).toThrow(/no port of 'setup'/);
});
