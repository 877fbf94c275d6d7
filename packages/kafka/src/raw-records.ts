import type { LogRecord } from '@nextcart/contracts';
import type { RawMessage } from './kafkajs-internals.ts';

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

export const toLogRecord = (raw: RawMessage): LogRecord => ({
  offset: Number(raw.offset),
  appendedAt: Number(raw.timestamp),
  key: raw.key,
  value: raw.value,
  headers: headersOf(raw.headers),
});
