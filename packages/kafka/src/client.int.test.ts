import { createLogger, systemClock } from '@nextcart/runtime';
import { inject } from 'vitest';
import { createKafka } from './client.ts';
import { kafkaSuite } from './suite.ts';

kafkaSuite('the log over a broker', () =>
  createKafka({
    connection: { brokers: inject('urls').kafkaBrokers.split(','), clientId: 'nextcart-test' },
    log: createLogger('test', 'fatal'),
    clock: systemClock,
  }),
);
