import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { certificateCure, readAuthority } from './certificate.ts';

const dir = mkdtempSync(join(tmpdir(), 'nextcart-authority-'));
afterAll(() => rmSync(dir, { recursive: true }));
const file = (text: string): string => {
  const path = join(dir, 'ca.pem');
  writeFileSync(path, text);
  return path;
};

test('a file that is not there, or holds a key in place of a certificate, is named with its variable', () => {
  expect(() => readAuthority('KAFKA_CA_FILE', join(dir, 'none.pem'))).toThrow(/^KAFKA_CA_FILE: .*none\.pem .*ENOENT/);
  expect(() => readAuthority('KAFKA_CA_FILE', file('-----BEGIN PRIVATE KEY-----'))).toThrow(/holds no certificate/);
  const pem = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n';
  expect(readAuthority('KAFKA_CA_FILE', file(pem))).toBe(pem);
});

test('only what is wrong with a certificate is cured by one', () => {
  const names = { caVariable: 'KAFKA_CA_FILE', addressVariable: 'KAFKA_BROKERS' };
  expect(certificateCure('SELF_SIGNED_CERT_IN_CHAIN', names)).toMatch(/^set KAFKA_CA_FILE/);
  expect(certificateCure('ERR_TLS_CERT_ALTNAME_INVALID', names)).toMatch(/KAFKA_BROKERS/);
  expect(certificateCure('CERT_HAS_EXPIRED', names)).toMatch(/^renew/);
  expect(certificateCure('ECONNREFUSED', names)).toBeUndefined();
  expect(certificateCure(undefined, names)).toBeUndefined();
});
