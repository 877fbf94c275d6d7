import { ClickHouseError } from '@clickhouse/client';
import { NextcartError } from '@nextcart/contracts';
import { certificateCure } from '@nextcart/runtime';

/**
 * A server that is busy, full or going down says so with these; the same call may succeed later. Every other code is a
 * refusal: the statement or its data will be refused again.
 */
const RETRY_CODES = new Set([
  '3', // UNEXPECTED_END_OF_FILE: our own body was cut by a broken connection
  '159', // TIMEOUT_EXCEEDED
  '164', // READONLY: a server being repaired
  '198', // DNS_ERROR
  '202', // TOO_MANY_SIMULTANEOUS_QUERIES
  '209', // SOCKET_TIMEOUT
  '210', // NETWORK_ERROR
  '225', // NO_ZOOKEEPER
  '236', // ABORTED
  '241', // MEMORY_LIMIT_EXCEEDED
  '242', // TABLE_IS_READ_ONLY
  '243', // NOT_ENOUGH_SPACE
  '252', // TOO_MANY_PARTS
  '285', // TOO_FEW_LIVE_REPLICAS
  '286', // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  '319', // UNKNOWN_STATUS_OF_INSERT
  '394', // QUERY_WAS_CANCELLED
  '439', // CANNOT_SCHEDULE_TASK
  '499', // S3_ERROR
  '516', // AUTHENTICATION_FAILED: a person mends it, the data is not at fault
  '999', // KEEPER_EXCEPTION
]);

/** UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD, AUTHENTICATION_FAILED */
const NOT_LET_IN = new Set(['192', '193', '194', '516']);

const cureOf = (error: unknown): string | undefined => {
  if (error instanceof ClickHouseError)
    return NOT_LET_IN.has(error.code) ? 'correct user and password in CLICKHOUSE_URL' : undefined;
  const { code } = error as NodeJS.ErrnoException;
  return certificateCure(code, { caVariable: 'CLICKHOUSE_CA_FILE', addressVariable: 'CLICKHOUSE_URL' });
};

/** The Avro reader's own exceptions have no code of ClickHouse's, and the client does not know them as the server's. */
const isRefusal = (error: unknown): boolean =>
  error instanceof ClickHouseError
    ? !RETRY_CODES.has(error.code)
    : error instanceof Error && error.message.includes('type: avro::Exception');

/** Any error of the client as `store_unavailable` (retry) or `store_refused` (the server said no, for good). */
export const storeError = (error: unknown, what: string): NextcartError => {
  if (error instanceof NextcartError) return error;
  const reason = error instanceof Error ? error.message || error.name : String(error);
  const context = error instanceof ClickHouseError ? { code: error.code, type: error.type ?? '' } : {};
  if (isRefusal(error)) {
    return new NextcartError('store_refused', `ClickHouse refused ${what}: ${reason}`, {
      retry: false,
      cause: error,
      context,
    });
  }
  return new NextcartError('store_unavailable', `ClickHouse did not do ${what}: ${reason}`, {
    retry: true,
    cause: error,
    cure: cureOf(error),
    context,
  });
};
