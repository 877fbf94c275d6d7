import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseEnv, serviceEnv } from './env.ts';

const schema = z.object({
  ...serviceEnv,
  BATCH_ROWS: z.coerce.number().int().positive().default(50_000),
  KAFKA_BROKERS: z.string(),
});

test('an environment is parsed once, with its defaults, and frozen', () => {
  const env = parseEnv(schema, { KAFKA_BROKERS: 'a:9092', HTTP_PORT: '8080', OTHER: 'x' });
  expect(env).toEqual({
    LOG_LEVEL: 'info',
    HTTP_PORT: 8080,
    HTTP_HOST: '127.0.0.1',
    BATCH_ROWS: 50_000,
    KAFKA_BROKERS: 'a:9092',
  });
  expect(() => Object.assign(env, { HTTP_PORT: 1 })).toThrow(TypeError);
});

test('every bad variable is named in one message, one a line', () => {
  const parse = () => parseEnv(schema, { HTTP_PORT: '99999', LOG_LEVEL: 'loud' });
  expect(parse).toThrow(
    /^the environment is not usable:\n {2}LOG_LEVEL: .*\n {2}HTTP_PORT: .*65535.*\n {2}KAFKA_BROKERS: not set; /,
  );
});

test('every broken rule says what would be lost', () => {
  const rules = [
    (env: { BATCH_ROWS: number }) => (env.BATCH_ROWS > 100_000 ? 'BATCH_ROWS: a block would be cut in two' : undefined),
    () => 'always',
    () => undefined,
  ];
  const source = { KAFKA_BROKERS: 'a', BATCH_ROWS: '200000' };
  expect(() => parseEnv(schema, source, rules)).toThrow(/:\n {2}BATCH_ROWS: a block would be cut in two\n {2}always$/);
  expect(parseEnv(schema, { KAFKA_BROKERS: 'a' }, rules.slice(0, 1)).BATCH_ROWS).toBe(50_000);
});
