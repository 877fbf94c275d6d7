import { expect, test } from 'vitest';
import { accessTrouble } from './access.ts';

const open = {};
const tls = { tls: {} };
const both = { ...tls, sasl: { mechanism: 'plain', username: 'u', password: 'p' } as const };

test('a broker that is only away is no trouble of access, with or without security', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), {
    name: 'KafkaJSConnectionError',
    code: 'ECONNREFUSED',
  });
  for (const security of [open, tls, both]) expect(accessTrouble(refused, security)).toBeUndefined();
  // a connection that broke off says something of the listener only where something is left to set
  const closed = Object.assign(new Error('Closed connection'), { name: 'KafkaJSConnectionClosedError' });
  expect(accessTrouble(closed, both)).toBeUndefined();
  expect(accessTrouble(closed, tls)?.cure).toMatch(/KAFKA_SASL/);
  expect(accessTrouble(closed, open)?.cure).toMatch(/KAFKA_TLS/);
});

test('the error inside the one that kafkajs gives up with counts', () => {
  const inner = Object.assign(new Error('self-signed'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' });
  const outer = new Error('gave up', { cause: new Error('retries', { cause: inner }) });
  expect(accessTrouble(outer, both)).toEqual({
    detail: 'self-signed',
    cure: expect.stringContaining('set KAFKA_CA_FILE'),
  });
});
