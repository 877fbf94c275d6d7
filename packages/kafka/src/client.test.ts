import { systemClock as clock, createLogger } from '@nextcart/runtime';
import { expect, test, vi } from 'vitest';
import { createKafka } from './client.ts';

test.each([
  ['plain', undefined, 1],
  ['plain', {}, 0],
  ['scram-sha-512', undefined, 0],
] as const)('a password in the open is warned of: %s, TLS %o', async (mechanism, tls, warnings) => {
  const log = createLogger('test', 'silent');
  const warn = vi.spyOn(log, 'warn');
  const kafka = createKafka({
    connection: {
      ...{ brokers: ['localhost:1'], clientId: 'test', sasl: { mechanism, username: 'u', password: 'p' } },
      ...(tls && { tls }),
    },
    ...{ log, clock },
  });
  expect(warn).toHaveBeenCalledTimes(warnings);
  await kafka.close();
});
