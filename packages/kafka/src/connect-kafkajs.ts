import { isIP, connect as netConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { Clock, Logger } from '@nextcart/runtime';
import kafkajs, { type ISocketFactory, type KafkaConfig, type RetryOptions, type SASLOptions } from 'kafkajs';
import type { KafkaConnection } from './env.ts';
import { type RawCluster, RawClusterClass, READ_UNCOMMITTED } from './kafkajs-internals.ts';
import { createLogBridge } from './log-bridge.ts';
import { patchKafkajs } from './patch-kafkajs.ts';

export const CONNECTION_TIMEOUT_MS = 1000;
/** Longer than any answer of a healthy broker; a frozen one is noticed by it. */
export const REQUEST_TIMEOUT_MS = 5000;
/** Metadata that nothing made stale is asked for again: kafkajs's own figure. */
const METADATA_MAX_AGE_MS = 300_000;
const KEEP_ALIVE_MS = 60_000;

/** factor and multiplier are stated because kafkajs has others where NODE_ENV is "test". */
const pace = { initialRetryTime: 100, maxRetryTime: 1000, factor: 0.2, multiplier: 2 };
/** kafkajs's default rejects what is older than 10 s; a broker may be away for longer. */
export const retryForever: RetryOptions = { ...pace, retries: 1e9 };
/** Some 3 s: for callers that have a loop of their own around. */
export const retryBriefly: RetryOptions = { ...pace, retries: 5 };

/** A request is one small write: without noDelay it waits for the answer to the one before. */
const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket =
    ssl === undefined || ssl === null
      ? netConnect({ host, port, noDelay: true }, onConnect)
      : tlsConnect({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect).setNoDelay(
          true,
        );
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  // while a connection opens again, each request that waits for it is a listener: many are no leak
  socket.setMaxListeners(0);
  return socket;
};

/** Where every client of ours starts: the same sockets, security, pace and log. */
export interface KafkajsHome {
  readonly connection: KafkaConnection;
  /** Its connections are tried for ever: for members of groups. */
  readonly client: kafkajs.Kafka;
  /** For callers that have a loop of their own around: a try that can't end would outlive the one who closes it. */
  readonly brief: kafkajs.Kafka;
  /** A cluster of its own below kafkajs's API, with brief retries; the caller connects and disconnects it. */
  cluster(): RawCluster;
}

export const connectKafkajs = (deps: { connection: KafkaConnection; log: Logger; clock: Clock }): KafkajsHome => {
  const { connection, log, clock } = deps;
  patchKafkajs(() => clock.now());
  const ssl = connection.tls === undefined ? undefined : { ...connection.tls };
  const sasl = connection.sasl as SASLOptions | undefined;
  const common = {
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    socketFactory,
  };
  const config: KafkaConfig = {
    ...common,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    retry: retryForever,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: createLogBridge(log, clock),
  };
  const client = new kafkajs.Kafka(config);
  return {
    connection,
    client,
    brief: new kafkajs.Kafka({ ...config, retry: retryBriefly }),
    cluster: () =>
      new RawClusterClass({
        ...common,
        ssl,
        sasl,
        logger: client.logger(),
        retry: retryBriefly,
        metadataMaxAge: METADATA_MAX_AGE_MS,
        allowAutoTopicCreation: false,
        isolationLevel: READ_UNCOMMITTED,
      }),
  };
};
