import type { Stack } from '@nextcart/local';
import { temporaryStack } from './servers.ts';

/**
 * A stack of the test's own, never the run's and never one that the environment names: for tests that kill servers.
 * Its handles (`servers.kafka.kill9()`, …) are in `Stack`; call `stop()` at the end.
 */
export const startOwnStack = (log: (line: string) => void = () => {}): Promise<Stack> => {
  const { KAFKA_BROKERS: _k, CLICKHOUSE_URL: _c, REDIS_URL: _r, SCHEMA_REGISTRY_URL: _s, ...env } = process.env;
  return temporaryStack(env, log);
};
