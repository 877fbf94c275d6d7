import { HOST } from '../ports.ts';
import { type SecuredListener, securedProperties } from './secured-listener.ts';

/** server.properties of a single KRaft node. Written anew at every start: the formatted storage holds no port. */
export const kafkaProperties = (options: {
  readonly port: number;
  readonly controllerPort: number;
  readonly logDir: string;
  readonly secured?: SecuredListener | undefined;
}): string => {
  const plain = `PLAINTEXT://${HOST}:${options.port}`;
  const secured = options.secured === undefined ? undefined : securedProperties(options.secured);
  const also = (more: string | undefined): string => (more === undefined ? '' : `,${more}`);
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    // static voters, not --standalone: dynamic ones are written into the metadata log with their port
    'controller.quorum.voters': `1@${HOST}:${options.controllerPort}`,
    listeners: `${plain},CONTROLLER://${HOST}:${options.controllerPort}${also(secured?.address)}`,
    'advertised.listeners': `${plain}${also(secured?.address)}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${also(secured?.protocol)}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': options.logDir,
    'num.partitions': 4,
    'auto.create.topics.enable': false, // a misspelt topic must be an error
    // one broker can't replicate
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'offsets.topic.num.partitions': 4, // not 50: opening them is most of a start
    'transaction.state.log.num.partitions': 4,
    'offsets.retention.minutes': 525_600, // a year: after a week without its services a shop must go on where it was
    'group.initial.rebalance.delay.ms': 0, // 3 s of waiting for members that are all here
    // a restart after kill -9 is held back until the broker's own old session has ended: 9 s by default
    'broker.session.timeout.ms': 1500,
    'broker.heartbeat.interval.ms': 300,
    // outside clients of the new group protocol, in tests: notice a dead member in seconds
    'group.consumer.min.session.timeout.ms': 6000,
    'group.consumer.session.timeout.ms': 6000,
    'group.consumer.min.heartbeat.interval.ms': 1000,
    'group.consumer.heartbeat.interval.ms': 1000,
    // two cores
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024, // of a 512 MB heap; the default takes 128
    ...secured?.properties,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
};
