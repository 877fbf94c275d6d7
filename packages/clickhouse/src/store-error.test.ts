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
