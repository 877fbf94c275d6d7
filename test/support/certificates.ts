import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { succeed } from './run-program.ts';

/** PEM files of an authority made for a test, and of a server on 127.0.0.1 and localhost that it vouches for. */
export interface Certificates {
  readonly caFile: string;
  readonly keyFile: string;
  readonly certificateFile: string;
  /** Key and certificate in one, as Kafka wants them. */
  readonly keystoreFile: string;
}

/** Needs OpenSSL 3 (`req -CA`). `dir` is there already. */
export const makeCertificates = async (dir: string): Promise<Certificates> => {
  const file = (name: string): string => join(dir, name);
  const certify = (key: string, certificate: string, ...more: string[]) =>
    succeed('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate],
      ...more,
    ]);
  const caFile = file('ca.pem');
  const keyFile = file('server.key');
  const certificateFile = file('server.pem');
  const keystoreFile = file('server.keystore.pem');
  await certify(file('ca.key'), caFile, '-subj', '/CN=a test of nextcart');
  await certify(
    keyFile,
    certificateFile,
    ...['-CA', caFile, '-CAkey', file('ca.key'), '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-addext', 'basicConstraints=critical,CA:FALSE'],
  );
  writeFileSync(keystoreFile, `${readFileSync(keyFile, 'utf8')}${readFileSync(certificateFile, 'utf8')}`);
  return { caFile, keyFile, certificateFile, keystoreFile };
};
