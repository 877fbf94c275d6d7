import { artifactsEnv } from '@nextcart/artifacts';
import { clickhouseEnv } from '@nextcart/clickhouse';
import { kafkaEnv, kafkaEnvRule, registryEnv } from '@nextcart/kafka';
import { readStackFile } from '@nextcart/local';
import { type EnvSource, parseEnv } from '@nextcart/runtime';
import { z } from 'zod';

const schema = z.object({
  ...kafkaEnv,
  ...clickhouseEnv,
  ...registryEnv,
  ...artifactsEnv,
  /** looked at by `nextcart doctor`; where `nextcart models train` adds its job */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  /** of the trainers' queue there */
  TRAINER_QUEUE_PREFIX: z.string().min(1).default('nextcart'),
  /** as scorers have them: who gets lists without models, for the comparison that `nextcart watch --loop` shows */
  SCORER_HOLD_OUT: z.coerce.number().min(0).max(1).default(0),
  SCORER_HOLD_OUT_SALT: z.string().default(''),
  /** where the local stack, checkpoints of imports and truth files live */
  NEXTCART_DIR: z.string().default('.nextcart'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('warn'),
});
export type CliEnv = z.output<typeof schema>;

/**
 * The environment; what it does not name comes from the stack that `npm start` runs in this folder.
 * Throws with the cure where neither says where the servers are.
 */
export const readEnv = (source: EnvSource = process.env): CliEnv => {
  const stack = readStackFile(source['NEXTCART_DIR'] ?? '.nextcart');
  const fromStack: EnvSource =
    stack === null
      ? {}
      : {
          KAFKA_BROKERS: stack.kafkaBrokers,
          CLICKHOUSE_URL: stack.clickhouseUrl,
          SCHEMA_REGISTRY_URL: stack.schemaRegistryUrl,
          REDIS_URL: stack.redisUrl,
        };
  try {
    return parseEnv(schema, { ...fromStack, ...source }, [kafkaEnvRule]);
  } catch (error) {
    if (stack !== null) throw error;
    const cure =
      'Start the local stack with `npm start`, or name your servers: KAFKA_BROKERS, CLICKHOUSE_URL, SCHEMA_REGISTRY_URL.';
    throw new Error(`${(error as Error).message}\n${cure}`, { cause: error });
  }
};
