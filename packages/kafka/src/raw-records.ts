import type { LogRecord } from '@nextcart/contracts';
import { FetchedRecord } from './fetched-record.ts';
import type { FetchedMessages, RawMessage } from './kafkajs-internals.ts';

const headersOf = (raw: RawMessage['headers']): LogRecord['headers'] => {
  if (raw === undefined) return undefined;
  const entries = Object.entries(raw);
  if (entries.length === 0) return undefined;
  const headers: Record<string, Buffer> = {};
  for (const [name, value] of entries) {
    // a repeated header arrives as an array; the last one holds, as where headers are a map
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined && last !== null) headers[name] = Buffer.isBuffer(last) ? last : Buffer.from(last);
  }
  return headers;
};

const plainRecord = (raw: RawMessage): LogRecord => ({
  offset: Number(raw.offset),
  appendedAt: Number(raw.timestamp),
  key: raw.key,
  value: raw.value,
  headers: headersOf(raw.headers),
});

/** A record with buffers of its own, which may be kept, spread and read again and again. */
export const toLogRecord = (fetched: FetchedMessages[number]): LogRecord => {
  if (!(fetched instanceof FetchedRecord)) return plainRecord(fetched);
  const { offset, appendedAt, key, value, headers } = fetched;
  return { offset, appendedAt, key, value, headers };
};

/** The records of one fetch for a reader of many: packed as they are where they are. */
export const toLogRecords = (fetched: FetchedMessages): readonly LogRecord[] =>
  fetched.every((record) => record instanceof FetchedRecord) ? fetched : fetched.map(toLogRecord);
