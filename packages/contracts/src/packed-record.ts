import type { LogRecord } from './log-record.ts';

/**
 * A record whose parts lie in one block of bytes, as a fetch brings them. A buffer for each part costs more than what
 * is done with it, so `key`, `value` and `headers` are made at each reading, and a reader of many records looks where
 * the parts lie. They are getters: such a record can't be spread.
 */
export interface PackedRecord extends LogRecord {
  readonly block: Buffer;
  /** -1 where the key is null. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** -1 where the value is null. */
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Of the first header, -1 where there is none: name and value, each behind its size. */
  readonly headersStart: number;
  readonly headersEnd: number;
}

export const isPacked = (record: LogRecord): record is PackedRecord =>
  (record as Partial<PackedRecord>).block !== undefined;

/** Where a header lies; the value's start is -1 where it is null. */
export type SeeHeader = (block: Buffer, name: number, nameEnd: number, value: number, valueEnd: number) => void;

const MAX_SIZE_BYTES = 5;
let at = 0;

/** A zigzag varint at `at`, which moves behind it; -2 where it is none of the size that it stands for. */
const readSize = (block: Buffer, end: number): number => {
  let bits = 0;
  for (let i = 0; i < MAX_SIZE_BYTES && at < end; i += 1) {
    const byte = block[at++] as number;
    bits |= (byte & 0x7f) << (7 * i);
    if (byte >= 0x80) continue;
    const size = (bits >>> 1) ^ -(bits & 1);
    return size >= -1 && size <= end - at ? size : -2;
  }
  return -2;
};

/**
 * Shows each header in its order. Headers that are torn end it: a broker checks a record's sizes and not what is in
 * its headers, and a record must not be lost for them.
 */
export const eachHeader = ({ block, headersStart, headersEnd }: PackedRecord, see: SeeHeader): void => {
  if (headersStart < 0) return;
  at = headersStart;
  while (at < headersEnd) {
    const nameSize = readSize(block, headersEnd);
    if (nameSize < 0) return;
    const name = at;
    at += nameSize;
    const valueSize = readSize(block, headersEnd);
    if (valueSize < -1) return;
    const value = at;
    at += Math.max(0, valueSize);
    const next = at;
    see(block, name, name + nameSize, valueSize < 0 ? -1 : value, at);
    at = next; // whoever sees may look into another record
  }
};
