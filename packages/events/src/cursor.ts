import type { ReasonCode } from '@nextcart/contracts';

/**
 * Invariants of everything that reads Avro bytes here: no byte at or beyond `end` is ever read, `at` never falls, and
 * nothing is allocated unless something is wrong. A step that fails leaves its reason in `fault`; those around it
 * put their field's name in front of `path`.
 */
export interface Cursor {
  bytes: Uint8Array;
  at: number;
  end: number;
  /** Where the last leaf's content begins, or -1 where it is null. */
  start: number;
  /** Where it ends, exclusive. */
  stop: number;
  /** Its number; 1 or 0 for text that is ASCII or not; entries of a map or an array. */
  value: number;
  /** 128 bits of the last UUID. */
  readonly uuid: Int32Array;
  depth: number;
  fault: ReasonCode | '';
  path: string;
}

const NO_BYTES = new Uint8Array(0);

export const createCursor = (): Cursor => ({
  bytes: NO_BYTES,
  at: 0,
  end: 0,
  start: -1,
  stop: -1,
  value: 0,
  uuid: new Int32Array(4),
  depth: 0,
  fault: '',
  path: '',
});

/** Says what is wrong; returns false, so that a step can end with it. */
export const fail = (c: Cursor, reason: ReasonCode): false => {
  c.fault = reason;
  c.path = '';
  return false;
};

/** More bytes than a 64-bit zigzag varint can have are refused: avsc reads on, avro-cpp and Java refuse. */
const MAX_VARINT_BYTES = 10;

/**
 * A zigzag varint as a number, exact to ±2⁵³ and rounded beyond; NaN where it ends early or is too long.
 * Callers must compare so that NaN fails: `!(n >= 0)`, not `n < 0`.
 */
export const readLong = (c: Cursor): number => {
  const { bytes, end } = c;
  let at = c.at;
  if (at >= end) return Number.NaN;
  let byte = bytes[at++] as number;
  if (byte < 0x80) {
    c.at = at;
    return (byte >>> 1) ^ -(byte & 1);
  }
  const last = at - 1 + MAX_VARINT_BYTES;
  let low = byte & 0x7f;
  let shift = 7;
  while (byte >= 0x80 && shift < 28) {
    if (at >= end) return Number.NaN;
    byte = bytes[at++] as number;
    low |= (byte & 0x7f) << shift;
    shift += 7;
  }
  let size = low >>> 1;
  // 28 bits read, one of them the sign: the rest goes into a float, because int32 would overflow
  for (let weight = 2 ** 27; byte >= 0x80; weight *= 128) {
    if (at >= end || at >= last) return Number.NaN;
    byte = bytes[at++] as number;
    size += (byte & 0x7f) * weight;
  }
  c.at = at;
  return (low & 1) === 1 ? -size - 1 : size;
};
