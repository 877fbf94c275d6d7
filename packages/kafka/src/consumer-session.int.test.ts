import { connect as dial, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createLogger, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import kafkajs from 'kafkajs';
import { expect, inject, test } from 'vitest';
import { createAdmin } from './admin.ts';
import { connectKafkajs, retryForever } from './connect-kafkajs.ts';
import { startConsumerSession } from './consumer-session.ts';
import { WAIT } from './suite-context.ts';

test('a commit that a broker which is away keeps waiting ends with its session, and so does the release', async () => {
  const topic = uniqueName('away');
  const brokers = inject('urls').kafkaBrokers.split(',');
  const log = createLogger('test', 'silent');
  const home = connectKafkajs({ connection: { brokers, clientId: 'nextcart-test' }, log, clock: systemClock });
  const admin = createAdmin(home);
  await admin.ensureTopics([{ name: topic, schema: 'behaviour-event', partitions: 1, config: {} }]);
  const sockets = new Set<Socket>();
  let isAway = false;
  const client = new kafkajs.Kafka({
    ...{ brokers, clientId: 'nextcart-test', retry: retryForever, logLevel: kafkajs.logLevel.NOTHING },
    socketFactory: ({ host, port, onConnect }) => {
      const socket = isAway ? dial({ host, port: 1 }) : dial({ host, port }, onConnect);
      sockets.add(socket);
      return socket;
    },
  });
  const outcome = Promise.withResolvers<unknown>();
  const session = await startConsumerSession({
    ...{ home: { ...home, client }, admin, log, clock: systemClock },
    options: {
      ...{ groupId: uniqueName('group'), topic, sessionTimeoutMs: 6000 },
      onAssigned: async ({ start, commit }) => ({
        startOffset: start,
        process: async () => {},
        release: () => commit(start).then(outcome.resolve, ({ code }) => outcome.resolve(code)),
      }),
    },
  });
  await expect.poll(() => session.owned(), WAIT).toEqual([0]);
  isAway = true;
  for (const socket of sockets) socket.destroy();
  await session.close();
  expect(await Promise.race([outcome.promise, pause(2000, 'waits')])).toBe('lost_partition');
  isAway = false; // what is left of the client says goodbye to the group
  await admin.deleteTopics([topic]);
  await admin.close();
});
