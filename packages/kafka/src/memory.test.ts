import { createLogger, systemClock } from '@nextcart/runtime';
import { createMemoryKafka } from './memory.ts';
import { kafkaSuite } from './suite.ts';

kafkaSuite(() => createMemoryKafka({ log: createLogger('test', 'silent'), clock: systemClock }));
