/**
 * Avro's binary encoding into one buffer that is used again: lists are the hot path's largest work after ranking, and
 * avsc is right before fast. Its test holds the two together.
 */
export interface AvroWriter {
  reset(): void;
  long(value: number): void;
  double(value: number): void;
  text(value: string): void;
  /** Bytes that are encoded already. */
  bytes(encoded: Uint8Array): void;
  byte(value: number): void;
  /** Leaves bytes out, to be written over in the copy. */
  room(size: number): void;
  /** Bytes that were written since the reset. */
  length(): number;
  /** A copy of what was written since the reset. */
  take(): Buffer;
  /** Copies what was written since the reset to a place in `target`; its end. */
  put(target: Buffer, at: number): number;
}

/** Node's own, without the checks of `write`; the types leave it out. */
type WritingBuffer = Buffer & { utf8Write(text: string, at: number): number };

const FIRST_BYTES = 64 * 1024;
/** Longest varint of a long. */
export const LONG_BYTES = 10;
const MAX_SMALL = 0x3fffffff;

export const createAvroWriter = (): AvroWriter => {
  let out = Buffer.allocUnsafeSlow(FIRST_BYTES) as WritingBuffer;
  let at = 0;
  const reserve = (size: number) => {
    if (at + size <= out.length) return;
    const wider = Buffer.allocUnsafeSlow(Math.max(at + size, 2 * out.length)) as WritingBuffer;
    out.copy(wider, 0, 0, at);
    out = wider;
  };

  const long = (value: number) => {
    reserve(LONG_BYTES);
    if (value >= 0 && value <= MAX_SMALL) {
      let small = value << 1;
      while (small > 0x7f) {
        out[at++] = (small & 0x7f) | 0x80;
        small >>>= 7;
      }
      out[at++] = small;
      return;
    }
    let zigzag = value >= 0 ? 2n * BigInt(value) : -2n * BigInt(value) - 1n;
    while (zigzag > 0x7fn) {
      out[at++] = Number(zigzag & 0x7fn) | 0x80;
      zigzag >>= 7n;
    }
    out[at++] = Number(zigzag);
  };

  return {
    reset: () => {
      at = 0;
    },
    long,
    double: (value) => {
      reserve(8);
      out.writeDoubleLE(value, at);
      at += 8;
    },
    text: (value) => {
      const most = 3 * value.length;
      reserve(LONG_BYTES + most);
      if (most < 64) {
        // the length fits into one byte, whatever the text turns out to be
        const size = out.utf8Write(value, at + 1);
        out[at] = size << 1;
        at += 1 + size;
        return;
      }
      const size = Buffer.byteLength(value);
      long(size);
      out.utf8Write(value, at);
      at += size;
    },
    bytes: (encoded) => {
      reserve(encoded.length);
      out.set(encoded, at);
      at += encoded.length;
    },
    byte: (value) => {
      reserve(1);
      out[at++] = value;
    },
    room: (size) => {
      reserve(size);
      at += size;
    },
    length: () => at,
    take: () => {
      const copy = Buffer.allocUnsafe(at);
      out.copy(copy, 0, 0, at);
      return copy;
    },
    put: (target, start) => start + out.copy(target, start, 0, at),
  };
};
