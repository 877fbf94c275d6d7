import type { Writable } from '@nextcart/contracts';

/**
 * Avro datums written one after the other into one growing buffer.
 * - Nothing is allocated per row; the buffer is used again by the next batch.
 * - A row is whole or absent: `ends` moves only when a row was finished, and `rewind` drops an unfinished one.
 */
const FIRST_BYTES = 1 << 20;
const FIRST_ROWS = 1024;
/** Longest encoding of one number; room for it is made with the fixed part of a row. */
export const MAX_LONG_BYTES = 10;
/** Texts that come again in most rows (categories, brands, sources) are kept encoded, this many of them. */
const KEPT_TEXTS = 16_384;

export interface RowBuffer {
  /** Finished rows. */
  readonly rows: number;
  /** Bytes of finished rows. */
  readonly sizeBytes: number;
  /** Makes room for a row's `bytes`, so that the writes below need no check each. */
  reserve(bytes: number): void;
  /** Avro int or long; a safe integer. Reserved by the caller, as all writes but `text` and `bytes` are. */
  long(value: number): void;
  /** A single byte: an enum's or a union's index below 64 as `2 * index`, a boolean as it is. */
  byte(value: number): void;
  /** Bytes that are encoded already. */
  raw(bytes: Uint8Array): void;
  /** Part of a buffer, as it is; makes its own room. */
  copy(bytes: Buffer, start: number, end: number): void;
  /** Avro string; makes its own room. */
  text(value: string): void;
  /** Avro bytes; makes its own room. */
  bytes(value: Uint8Array): void;
  /** `["null", decimal(18,4)]` of units of 1/10,000, as 8 bytes. */
  money(units: bigint | null): void;
  endRow(): void;
  /** Drops what was written since the last finished row. */
  rewind(): void;
  /** Finished rows [from, to) as one piece of memory; valid until `clear`. */
  slice(from: number, to: number): Buffer;
  clear(): void;
}

export const createRowBuffer = (): RowBuffer => {
  let buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let at = 0;
  let ends = new Float64Array(FIRST_ROWS);
  const kept = new Map<string, Buffer>();

  const reserve = (bytes: number): void => {
    if (at + bytes <= buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, at + bytes));
    buffer.copy(grown, 0, 0, at);
    buffer = grown;
  };
  const long = (value: number): void => {
    // zig-zag: n → 2n, −n → 2n − 1; bit operations are only right below 2³¹, so the upper part goes by division
    let rest = value >= 0 ? value * 2 : -value * 2 - 1;
    while (rest >= 0x80000000) {
      buffer[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      buffer[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    buffer[at++] = rest;
  };
  const put = (bytes: Uint8Array): void => {
    buffer.set(bytes, at);
    at += bytes.length;
  };
  const endOf = (row: number): number => (row === 0 ? 0 : (ends[row - 1] as number));
  const encoded = (value: string): Buffer => {
    const bytes = createText(value);
    if (kept.size >= KEPT_TEXTS) kept.clear();
    kept.set(value, bytes);
    return bytes;
  };

  const written: Writable<RowBuffer> = {
    rows: 0,
    sizeBytes: 0,
    reserve,
    long,
    byte: (value) => {
      buffer[at++] = value;
    },
    raw: put,
    copy: (bytes, start, end) => {
      reserve(end - start);
      bytes.copy(buffer, at, start, end);
      at += end - start;
    },
    text: (value) => {
      if (value === '') {
        reserve(1);
        buffer[at++] = 0;
        return;
      }
      const bytes = kept.get(value) ?? encoded(value);
      reserve(bytes.length);
      put(bytes);
    },
    bytes: (value) => {
      reserve(value.length + MAX_LONG_BYTES);
      long(value.length);
      buffer.set(value, at);
      at += value.length;
    },
    money: (units) => {
      if (units === null) {
        buffer[at++] = 0;
        return;
      }
      buffer[at++] = 2; // second branch of the union
      buffer[at++] = 16; // eight bytes follow
      at = buffer.writeBigInt64BE(units, at);
    },
    endRow: () => {
      if (written.rows === ends.length) {
        const grown = new Float64Array(2 * ends.length);
        grown.set(ends);
        ends = grown;
      }
      ends[written.rows++] = at;
      written.sizeBytes = at;
    },
    rewind: () => {
      at = written.sizeBytes;
    },
    slice: (from, to) => buffer.subarray(endOf(from), endOf(to)),
    clear: () => {
      at = 0;
      written.rows = 0;
      written.sizeBytes = 0;
    },
  };
  return written;
};

/** A safe integer as an Avro long. */
export const createLong = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
};

/** A text as an Avro string. */
export const createText = (value: string): Buffer => {
  const text = Buffer.from(value);
  return Buffer.concat([createLong(text.length), text]);
};
