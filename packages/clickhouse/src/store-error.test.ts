import { ClickHouseError } from '@clickhouse/client';
import { expect, test } from 'vitest';
import { storeError } from './store-error.ts';

const serverError = (code: string, type: string) => new ClickHouseError({ message: 'words', code, type });

test('a busy or full server is worth another try; data that it refuses is not', () => {
  expect(storeError(serverError('252', 'TOO_MANY_PARTS'), 'it')).toMatchObject({
    code: 'store_unavailable',
    retry: true,
  });
  expect(storeError(serverError('469', 'VIOLATED_CONSTRAINT'), 'it')).toMatchObject({
    code: 'store_refused',
    retry: false,
    context: { type: 'VIOLATED_CONSTRAINT' },
  });
});

test('no answer at all is worth another try, and the message says what was asked', () => {
  const error = storeError(new Error('connect ECONNREFUSED'), 'the insert into events');
  expect(error).toMatchObject({ code: 'store_unavailable', retry: true });
  expect(error.message).toMatch(/the insert into events.*ECONNREFUSED/);
});

test('what the Avro reader can’t read is a refusal, though it has no code', () => {
  const error = new Error('std::exception. Code: 1001, type: avro::Exception, e.what() = EOF reached');
  expect(storeError(error, 'it').code).toBe('store_refused');
});

test('a wrong password and a certificate that nobody vouches for name the variable to mend', () => {
  expect(storeError(serverError('516', 'AUTHENTICATION_FAILED'), 'it').message).toMatch(/password in CLICKHOUSE_URL$/);
  const untrusted = Object.assign(new Error('unable to verify'), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  expect(storeError(untrusted, 'it').cure).toMatch(/^set CLICKHOUSE_CA_FILE/);
  expect(storeError(serverError('252', 'TOO_MANY_PARTS'), 'it').cure).toBeUndefined();
});
