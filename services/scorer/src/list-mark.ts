/**
 * What is remembered of a list's items and next purchases instead of them: a hash of their order (64 bits), and a signature
 * (a Bloom filter of 512 bits) that says which lists may show an item. Both from the bytes of the ids, so that a list that
 * was published and one that is read back give the same.
 */
export interface ListMark {
  high: number;
  low: number;
  /** [SIGNATURE_WORDS]. */
  readonly signature: Int32Array;
}

/** 50 items and 5 more with 3 bits each fill a quarter of it: 2 % of lists are looked at for nothing. */
export const SIGNATURE_WORDS = 16;
const BIT_MASK = 32 * SIGNATURE_WORDS - 1;
const START_HIGH = 0x243f6a88;
const START_LOW = 0x13198a2e | 0;

export const createListMark = (): ListMark => ({
  high: START_HIGH,
  low: START_LOW,
  signature: new Int32Array(SIGNATURE_WORDS),
});

export const clearMark = (mark: ListMark): void => {
  mark.high = START_HIGH;
  mark.low = START_LOW;
  mark.signature.fill(0);
};

/** Of a list without items, a tombstone and no list at all: nothing to show. */
export const isEmptyMark = ({ high, low }: { high: number; low: number }): boolean =>
  high === START_HIGH && low === START_LOW;

/** Two words by FNV-1a and by Murmur's mixing. */
export interface IdHash {
  high: number;
  low: number;
}

/** Hash of an id's UTF-8 in bytes[start, end), into `out`. */
export const hashId = (bytes: Uint8Array, start: number, end: number, out: IdHash): IdHash => {
  let high = 0x811c9dc5 | 0;
  let low = 0x2f6b5d1a;
  for (let i = start; i < end; i += 1) {
    const byte = bytes[i] as number;
    high = Math.imul(high ^ byte, 0x01000193);
    low = Math.imul(low ^ (byte + (low << 6)), 0x85ebca6b);
    low ^= low >>> 15;
  }
  high ^= high >>> 16;
  out.high = high | 0;
  out.low = low | 0;
  return out;
};

/** Hash of an id as text. */
export const hashText = (id: string): IdHash => {
  const bytes = Buffer.from(id);
  return hashId(bytes, 0, bytes.length, { high: 0, low: 0 });
};

/** The next item of the list. */
export const markItem = (mark: ListMark, { high, low }: IdHash): void => {
  mark.high = Math.imul(mark.high ^ high, 0x9e3779b1) ^ (mark.high >>> 13);
  mark.low = Math.imul((mark.low << 5) ^ (mark.low >>> 7) ^ low, 0x85ebca77);
  for (let shift = 0; shift <= 18; shift += 9) {
    const bit = (low >>> shift) & BIT_MASK;
    mark.signature[bit >>> 5] = (mark.signature[bit >>> 5] as number) | (1 << (bit & 31));
  }
};

/** Between the items and the next purchases, where there are any: one more of those is not one less of these. */
export const markBreak = (mark: ListMark): void => {
  mark.high = Math.imul(mark.high, 0x9e3779b1);
  mark.low = Math.imul(mark.low, 0x85ebca77);
};

/** Whether the list whose signature begins at `at` may show the item. */
export const mayShow = (signatures: Int32Array, at: number, { low }: IdHash): boolean => {
  for (let shift = 0; shift <= 18; shift += 9) {
    const bit = (low >>> shift) & BIT_MASK;
    if (((signatures[at + (bit >>> 5)] as number) & (1 << (bit & 31))) === 0) return false;
  }
  return true;
};
