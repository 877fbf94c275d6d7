import { type IdHash, isEmptyMark, type ListMark, mayShow, SIGNATURE_WORDS } from './list-mark.ts';

/**
 * The last list of each key of one partition, as 96 bytes in columns (and the key with its cell of a map, some 100
 * bytes): enough to see that a list has not changed, that a stale one was written, that one runs out or shows an item
 * that is gone. A million subjects are some 200 MB over all partitions.
 */
export interface LastLists {
  size(): number;
  /** Slot of a key, or -1. Slots are given once and never move. */
  slot(key: string): number;
  key(slot: number): string;
  /** Remembers a list; its slot. */
  set(key: string, mark: ListMark, triggerOffset: number, expiresAt: number, visitEnd?: number): number;
  setVisitEnd(slot: number, at: number): void;
  /** When the visit ends that the list is for, epoch ms; Infinity where it is for the next one, or nobody's. */
  visitEnd(slot: number): number;
  /** True where the slot's list has these items in this order. */
  same(slot: number, mark: { readonly high: number; readonly low: number }): boolean;
  /** True where there is nothing to show: a tombstone, or no items. */
  isEmpty(slot: number): boolean;
  trigger(slot: number): number;
  /** Epoch ms; Infinity where nothing runs out. */
  expiresAt(slot: number): number;
  /** Whether the list may show one of the items. */
  showsAny(slot: number, items: readonly IdHash[]): boolean;
  /** Typed arrays altogether. */
  sizeBytes(): number;
}

const FIRST_SLOTS = 1024;

export const createLastLists = (): LastLists => {
  const slots = new Map<string, number>();
  const keys: string[] = [];
  let hashes = new Int32Array(2 * FIRST_SLOTS);
  let triggers = new Float64Array(FIRST_SLOTS);
  let expiries = new Float64Array(FIRST_SLOTS);
  let visitEnds = new Float64Array(FIRST_SLOTS);
  let signatures = new Int32Array(SIGNATURE_WORDS * FIRST_SLOTS);

  const widen = <A extends Int32Array | Float64Array>(column: A, wider: A): A => {
    wider.set(column);
    return wider;
  };
  const grow = () => {
    hashes = widen(hashes, new Int32Array(2 * hashes.length));
    triggers = widen(triggers, new Float64Array(2 * triggers.length));
    expiries = widen(expiries, new Float64Array(2 * expiries.length));
    visitEnds = widen(visitEnds, new Float64Array(2 * visitEnds.length));
    signatures = widen(signatures, new Int32Array(2 * signatures.length));
  };
  const hashAt = (slot: number) => ({ high: hashes[2 * slot] as number, low: hashes[2 * slot + 1] as number });

  return {
    size: () => keys.length,
    slot: (key) => slots.get(key) ?? -1,
    key: (slot) => keys[slot] as string,
    set: (key, mark, triggerOffset, expiresAt, visitEnd = Number.POSITIVE_INFINITY) => {
      let slot = slots.get(key);
      if (slot === undefined) {
        slot = keys.push(key) - 1;
        slots.set(key, slot);
        if (slot >= triggers.length) grow();
      }
      hashes[2 * slot] = mark.high;
      hashes[2 * slot + 1] = mark.low;
      triggers[slot] = triggerOffset;
      expiries[slot] = isEmptyMark(mark) ? Number.POSITIVE_INFINITY : expiresAt;
      visitEnds[slot] = visitEnd;
      signatures.set(mark.signature, SIGNATURE_WORDS * slot);
      return slot;
    },
    setVisitEnd: (slot, at) => void (visitEnds[slot] = at),
    visitEnd: (slot) => visitEnds[slot] as number,
    same: (slot, mark) => hashes[2 * slot] === mark.high && hashes[2 * slot + 1] === mark.low,
    isEmpty: (slot) => isEmptyMark(hashAt(slot)),
    trigger: (slot) => triggers[slot] as number,
    expiresAt: (slot) => expiries[slot] as number,
    showsAny: (slot, items) => items.some((item) => mayShow(signatures, SIGNATURE_WORDS * slot, item)),
    sizeBytes: () =>
      [hashes, triggers, expiries, visitEnds, signatures].reduce((sum, { byteLength }) => sum + byteLength, 0),
  };
};
