import { parseEnv } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { kafkaConnection, kafkaEnv, kafkaEnvRule, registryConnection } from './env.ts';

const parse = (source: Record<string, string>) => parseEnv(z.object(kafkaEnv), source, [kafkaEnvRule]);

test('brokers are a list; without more the connection is plain', () => {
  const env = parse({ KAFKA_BROKERS: 'a:9092, b.example:9093,' });
  expect(kafkaConnection(env, 'me')).toEqual({ brokers: ['a:9092', 'b.example:9093'], clientId: 'me' });
  expect(() => parse({ KAFKA_BROKERS: 'a' })).toThrow(/KAFKA_BROKERS: expected host:port/);
  expect(() => parse({ KAFKA_BROKERS: '' })).toThrow(/KAFKA_BROKERS/);
});

test('a login needs all three of its parts, and may go over TLS', () => {
  const login = { KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' };
  const env = parse({ KAFKA_BROKERS: 'a:1', ...login, KAFKA_TLS: 'true' });
  expect(kafkaConnection(env, 'me')).toMatchObject({
    sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
    tls: {},
  });
  expect(() => parse({ KAFKA_BROKERS: 'a:1', KAFKA_SASL_USERNAME: 'u' })).toThrow(/go together/);
  expect(() => parse({ KAFKA_BROKERS: 'a:1', ...login, KAFKA_SASL_MECHANISM: 'guess' })).toThrow(/expected one of/);
});

test('a file of authorities that is none is named with its variable before anything is sent', () => {
  const env = parse({ KAFKA_BROKERS: 'a:1', KAFKA_CA_FILE: '/nowhere/ca.pem' });
  expect(() => kafkaConnection(env, 'me')).toThrow(/^KAFKA_CA_FILE: \/nowhere\/ca\.pem can't be read/);
  const registry = { SCHEMA_REGISTRY_URL: 'https://r', SCHEMA_REGISTRY_CA_FILE: '/nowhere/ca.pem' };
  expect(() => registryConnection(registry)).toThrow(/^SCHEMA_REGISTRY_CA_FILE: /);
});
