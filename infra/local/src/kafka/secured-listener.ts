import { HOST } from '../ports.ts';

/** A second door of the local broker, SASL over TLS, as brokers of other machines have it: for tests of our clients. */
export interface SecuredListener {
  readonly port: number;
  /** PEM: the private key (PKCS 8), the certificate, those above it. */
  readonly keystoreFile: string;
  /** Passwords by name; each may log in with PLAIN and with SCRAM-SHA-512. No quotes or spaces in them. */
  readonly users: Readonly<Record<string, string>>;
}

const NAME = 'SECURED';
const LOGIN_MODULES = 'org.apache.kafka.common.security';

/** Properties beside those of the plain listener, which stays the broker's own. */
export const securedProperties = ({ port, keystoreFile, users }: SecuredListener) => {
  const jaas = (module: string, options: readonly string[] = []): string =>
    `${[`${LOGIN_MODULES}.${module} required`, ...options].join(' ')};`;
  const known = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`);
  const listener = `listener.name.${NAME.toLowerCase()}`;
  return {
    address: `${NAME}://${HOST}:${port}`,
    protocol: `${NAME}:SASL_SSL`,
    properties: {
      [`${listener}.ssl.keystore.type`]: 'PEM',
      [`${listener}.ssl.keystore.location`]: keystoreFile,
      [`${listener}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-512',
      [`${listener}.plain.sasl.jaas.config`]: jaas('plain.PlainLoginModule', known),
      [`${listener}.scram-sha-512.sasl.jaas.config`]: jaas('scram.ScramLoginModule'),
    },
  };
};

/** SCRAM's users are in the cluster's metadata, which formatting makes. */
export const scramArguments = ({ users }: SecuredListener): string[] =>
  Object.entries(users).flatMap(([name, password]) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${name},password=${password}]`,
  ]);
