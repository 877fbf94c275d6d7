import type { Clock, Logger } from '@nextcart/runtime';
import { createAdmin } from './admin.ts';
import { connectKafkajs } from './connect-kafkajs.ts';
import { createConsumer } from './consumer.ts';
import type { KafkaConnection } from './env.ts';
import type { Kafka } from './kafka.ts';
import { createProducer } from './producer.ts';
import { createTail } from './tail.ts';

/** The log over a real broker. Connects at the first use. */
export const createKafka = (deps: { connection: KafkaConnection; log: Logger; clock: Clock }): Kafka => {
  const { log, clock, connection } = deps;
  if (connection.sasl?.mechanism === 'plain' && connection.tls === undefined)
    log.warn({ cure: 'set KAFKA_TLS=true' }, 'password_goes_over_the_wire_as_it_is');
  const home = connectKafkajs(deps);
  const admin = createAdmin(home);
  const parts = { home, admin, log, clock };
  const open = new Set<{ close(): Promise<void> }>();
  const keep = <T extends { close(): Promise<void> }>(client: T): T => {
    const close = client.close;
    let closing: Promise<void> | undefined;
    open.add(client);
    client.close = () => (closing ??= close().finally(() => open.delete(client)));
    return client;
  };
  return {
    admin,
    createProducer: async (options) => keep(await createProducer(parts, options)),
    consume: async (options) => keep(await createConsumer(parts, options)),
    tail: async (options) => keep(await createTail(parts, options)),
    close: async () => {
      await Promise.allSettled([...open].map((client) => client.close()));
      await admin.close();
    },
  };
};
