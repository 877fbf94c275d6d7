import { NextcartError } from '@nextcart/contracts';

/** The fields of kafkajs's errors that decide what to do next. */
interface KafkajsFields {
  readonly name?: string;
  readonly type?: string;
  /** Of a socket's error a name, of a broker's a number. */
  readonly code?: string | number;
  readonly retriable?: boolean;
  readonly cause?: unknown;
}
export const kafkajsFields = (error: unknown): KafkajsFields =>
  typeof error === 'object' && error !== null ? error : {};

/** The group's answers that mean: this member, or this generation of it, no longer owns anything. */
const EXPELLED = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'GROUP_AUTHORIZATION_FAILED',
]);
export const isExpelled = (error: unknown): boolean => EXPELLED.has(kafkajsFields(error).type ?? '');

/** A broker's answers that mean: ask again in a moment. */
const NOT_YET = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
]);
export const isNotYet = (error: unknown): boolean => NOT_YET.has(kafkajsFields(error).type ?? '');

export const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const lostPartition = (topic: string, partition: number, cause?: unknown): NextcartError =>
  new NextcartError('lost_partition', `partition ${partition} of ${topic} belongs to another member by now`, {
    retry: false,
    cause,
    context: { topic, partition },
  });

export const logMoved = (topic: string, partition: number, wanted: number, start: number, end: number): NextcartError =>
  new NextcartError(
    'log_moved',
    `partition ${partition} of ${topic} holds offsets ${start} to ${end}, not ${wanted}: the topic was made anew, cut or expired; rebuild from it`,
    { retry: false, context: { topic, partition, wanted, start, end } },
  );

export const noSuchTopic = (topic: string): NextcartError =>
  new NextcartError('bad_configuration', `there is no topic ${topic}: create it with \`nextcart setup\``, {
    retry: false,
    context: { topic },
  });
