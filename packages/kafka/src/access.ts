/** Where a broker is there and does not let us in: what it said, and the variable that mends it. */
import { certificateCure } from '@nextcart/runtime';
import type { KafkaConnection } from './env.ts';
import { describe, kafkajsFields } from './errors.ts';

export interface AccessTrouble {
  readonly detail: string;
  readonly cure: string;
}

const LOGIN = 'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD';
const names = { caVariable: 'KAFKA_CA_FILE', addressVariable: 'KAFKA_BROKERS' };

/** kafkajs gives up with an error around the one that counts. */
const innermost = (error: unknown): unknown => {
  const { cause } = kafkajsFields(error);
  return cause === undefined ? error : innermost(cause);
};

type Security = Pick<KafkaConnection, 'sasl' | 'tls'>;

/** A broker hangs up on what it does not understand, and says no more. */
const hungUp = ({ sasl, tls }: Security): string | undefined => {
  if (tls === undefined)
    return 'if this listener wants TLS, set KAFKA_TLS=true, and KAFKA_CA_FILE for an authority of your own';
  if (sasl === undefined) return `if this listener wants a login, set ${LOGIN}`;
  return undefined;
};

const cureOf = (error: unknown, security: Security): string | undefined => {
  const { name, type, code } = kafkajsFields(error);
  if (type === 'UNSUPPORTED_SASL_MECHANISM') return 'correct KAFKA_SASL_MECHANISM: this listener has others';
  if (type === 'ILLEGAL_SASL_STATE')
    return `this listener takes no login: unset ${LOGIN}, or name another listener's port in KAFKA_BROKERS`;
  if (name === 'KafkaJSSASLAuthenticationError') return 'correct KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD';
  if (name === 'KafkaJSConnectionClosedError') return hungUp(security);
  // refused in the middle of the handshake, or answered with what is no TLS
  if (security.tls !== undefined && (code === 'ECONNRESET' || code === 'EPROTO'))
    return "if this listener speaks no TLS, unset KAFKA_TLS and KAFKA_CA_FILE, or name another listener's port in KAFKA_BROKERS";
  return certificateCure(typeof code === 'string' ? code : undefined, names);
};

/** `error` is kafkajs's; undefined where nothing but waiting helps. */
export const accessTrouble = (error: unknown, security: Security): AccessTrouble | undefined => {
  const inner = innermost(error);
  const cure = cureOf(inner, security);
  return cure === undefined ? undefined : { detail: describe(inner), cure };
};
