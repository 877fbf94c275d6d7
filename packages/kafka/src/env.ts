import { type EnvRule, readAuthority } from '@nextcart/runtime';
import { z } from 'zod';

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof MECHANISMS)[number];

/** Variables of every process that talks to Kafka; spread into its own shape. */
export const kafkaEnv = {
  /** host:port of one or more brokers, by comma */
  KAFKA_BROKERS: z
    .string({ error: 'expected host:port, several by comma' })
    .transform((text) =>
      text
        .split(',')
        .map((broker) => broker.trim())
        .filter((broker) => broker !== ''),
    )
    .refine((brokers) => brokers.length > 0 && brokers.every((broker) => /^\S+:\d+$/.test(broker)), {
      error: 'expected host:port, several by comma',
    }),
  KAFKA_SASL_MECHANISM: z
    .string()
    .toLowerCase()
    .pipe(z.enum(MECHANISMS, { error: `expected one of ${MECHANISMS.join(', ')}` }))
    .optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  /** `true`: TLS to the brokers */
  KAFKA_TLS: z.enum(['true', 'false']).default('false'),
  /** PEM file of the authority that signed the brokers' certificates, where it is not a public one; implies TLS */
  KAFKA_CA_FILE: z.string().optional(),
};

export interface KafkaEnv {
  readonly KAFKA_BROKERS: readonly string[];
  readonly KAFKA_SASL_MECHANISM?: SaslMechanism | undefined;
  readonly KAFKA_SASL_USERNAME?: string | undefined;
  readonly KAFKA_SASL_PASSWORD?: string | undefined;
  readonly KAFKA_TLS: 'true' | 'false';
  readonly KAFKA_CA_FILE?: string | undefined;
}

/** Variables of every process that talks to the schema registry. */
export const registryEnv = {
  /** may hold user and password */
  SCHEMA_REGISTRY_URL: z.url({ protocol: /^https?$/, error: 'expected http(s)://user:password@host:port' }),
  /** PEM file of the authority that signed the registry's certificate, where it is not a public one */
  SCHEMA_REGISTRY_CA_FILE: z.string().optional(),
};

export interface RegistryConnection {
  /** http(s)://user:password@host:port */
  readonly url: string;
  /** PEM text. */
  readonly ca?: string;
}

/** The variables as `createRegistryClient` wants them. Reads the CA file. */
export const registryConnection = (env: {
  readonly SCHEMA_REGISTRY_URL: string;
  readonly SCHEMA_REGISTRY_CA_FILE?: string | undefined;
}): RegistryConnection => ({
  url: env.SCHEMA_REGISTRY_URL,
  ...(env.SCHEMA_REGISTRY_CA_FILE === undefined
    ? {}
    : { ca: readAuthority('SCHEMA_REGISTRY_CA_FILE', env.SCHEMA_REGISTRY_CA_FILE) }),
});

/** For `parseEnv`: half of a login is no login. */
export const kafkaEnvRule: EnvRule<KafkaEnv> = (env) => {
  const given = [env.KAFKA_SASL_MECHANISM, env.KAFKA_SASL_USERNAME, env.KAFKA_SASL_PASSWORD].filter(
    (value) => value !== undefined,
  ).length;
  return given === 0 || given === 3
    ? undefined
    : 'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD go together: without one of them no broker lets us in';
};

export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly sasl?: { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string };
  /** Absent: plain text. `ca` is PEM text. */
  readonly tls?: { readonly ca?: string };
}

/** The variables as `createKafka` wants them. Reads the CA file; throws where half of a login is missing. */
export const kafkaConnection = (env: KafkaEnv, clientId: string): KafkaConnection => {
  const broken = kafkaEnvRule(env);
  if (broken !== undefined) throw new Error(broken);
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = env;
  const ca = env.KAFKA_CA_FILE === undefined ? undefined : readAuthority('KAFKA_CA_FILE', env.KAFKA_CA_FILE);
  return {
    brokers: env.KAFKA_BROKERS,
    clientId,
    ...(mechanism !== undefined && username !== undefined && password !== undefined
      ? { sasl: { mechanism, username, password } }
      : {}),
    ...(env.KAFKA_TLS === 'true' || ca !== undefined ? { tls: ca === undefined ? {} : { ca } } : {}),
  };
};
