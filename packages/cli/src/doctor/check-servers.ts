import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Store } from '@nextcart/clickhouse';
import { NextcartError, topics } from '@nextcart/contracts';
import type { Kafka, RegistryClient } from '@nextcart/kafka';
import { type Finding, ill, reachable, well } from './finding.ts';

const TIMEOUT_MS = 3000;
const START = 'start the local stack with `npm start`';

/** Resolves with the first answer to `hello` (or '' where nothing is to be said); rejects with the reason. */
const reach = (host: string, port: number, hello = '', tls = false): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = tls ? connectTls({ host, port, servername: host }) : connect({ host, port });
    const end = (act: () => void) => {
      socket.destroy();
      act();
    };
    socket.setTimeout(TIMEOUT_MS, () => end(() => reject(new Error(`no answer within ${TIMEOUT_MS / 1000} s`))));
    socket.once('error', (error: NodeJS.ErrnoException) => end(() => reject(new Error(error.code ?? error.message))));
    socket.once(tls ? 'secureConnect' : 'connect', () => (hello === '' ? end(() => resolve('')) : socket.write(hello)));
    socket.once('data', (data) => end(() => resolve(data.toString())));
  });

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Each broker's port by itself: one that is down hides behind the others of a cluster. */
export const checkBrokers = (brokers: readonly string[]): Promise<Finding[]> =>
  Promise.all(
    brokers.map(async (broker) => {
      const at = broker.lastIndexOf(':');
      const what = `kafka ${broker}`;
      try {
        await reach(broker.slice(0, at), Number(broker.slice(at + 1)));
        return well(what, 'reachable');
      } catch (error) {
        return ill(what, reason(error), `start the broker (${START}), or correct KAFKA_BROKERS`);
      }
    }),
  );

/** Whether the brokers let us in: a port that answers says nothing of TLS and logins. */
export const checkAccess = (kafka: () => Kafka): Promise<Finding> =>
  reachable('kafka connection', 'see the log of the broker; addresses and logins: docs/operations.md', () =>
    kafka()
      .admin.topic(topics.events.name)
      .catch((error: unknown) => {
        // that a topic is missing is an answer
        if (!(error instanceof NextcartError && error.code === 'bad_configuration')) throw error;
      }),
  );

export const checkRedis = async (url: string | undefined): Promise<Finding[]> => {
  if (url === undefined) return [];
  const { protocol, hostname, port, password } = new URL(url);
  const what = `redis ${hostname}:${port || 6379}`;
  try {
    const answer = await reach(hostname, Number(port || 6379), 'PING\r\n', protocol === 'rediss:');
    // a server that wants a password is there; whether ours is right is the trainer's first question
    const known = answer.startsWith('+PONG') || (answer.startsWith('-NOAUTH') && password !== '');
    if (known) return [well(what, 'reachable')];
    return [ill(what, `answers '${answer.trim()}'`, 'put the password into REDIS_URL, or correct its port')];
  } catch (error) {
    return [ill(what, reason(error), `start Redis (${START}), or correct REDIS_URL`)];
  }
};

/** Without user and password. */
const place = (url: string): string => new URL(url).host;

export const checkStore = (store: () => Store, url: string): Promise<Finding> =>
  reachable(
    `clickhouse ${place(url)}${new URL(url).pathname}`,
    `start ClickHouse (${START}), or correct http(s), address and database in CLICKHOUSE_URL`,
    () => store().query('SELECT 1'),
  );

export const checkRegistry = (registry: () => RegistryClient, url: string): Promise<Finding> =>
  reachable(
    `schema registry ${place(url)}`,
    `start the registry (${START}), or correct http(s) and address in SCHEMA_REGISTRY_URL`,
    () => registry().check(),
  );
