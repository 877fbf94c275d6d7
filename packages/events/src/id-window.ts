import type { Writable } from '@nextcart/contracts';
import { parseUuid } from './uuid.ts';

/**
 * The ids of the kept records among the last `positions` offsets of a partition: a ring in the order of the log, and an
 * open-addressing table (linear probing, at most half full) that points into it. A cell has its id's hash beside it: what
 * adding and forgetting cost is what they miss of the processor's caches, and so each looks at one place of the table and
 * at no other id's. Invariants: offsets rise from the ring's tail to its head; each ring entry has exactly one cell of
 * the table; what `add` answers depends only on the offsets and ids added or restored before, so a rebuilt window answers
 * as the first one did.
 */
export interface IdWindow {
  /** Adds an id at an offset above all before. False, and nothing added, where the window holds the id already. */
  add(words: Int32Array, offset: number): boolean;
  /** Forgets offsets below. */
  evictBelow(offset: number): void;
  /** Refills with UUID texts and their ascending offsets. Throws RangeError on text that is no UUID. */
  restore(ids: readonly string[], offsets: ArrayLike<number>): void;
  readonly size: number;
  /** Typed arrays altogether: 40 to 56 bytes a position. */
  readonly sizeBytes: number;
}

const EMPTY = 0;

/** Mixes four words, because ids of version 7 share their first bits. */
const hash = (a: number, b: number, c: number, d: number): number => {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15) ^ c, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 13) ^ d, 0x165667b1);
  return h ^ (h >>> 16);
};

export const createIdWindow = (positions: number): IdWindow => {
  if (!Number.isSafeInteger(positions) || positions < 1 || positions > 2 ** 28)
    throw new RangeError(`window of de-duplication is ${positions} positions: expected 1 to 2^28`);
  const ids = new Int32Array(4 * positions);
  const offsets = new Float64Array(positions);
  const cells = 2 ** Math.ceil(Math.log2(positions * 2));
  const mask = cells - 1;
  /** By cell: ring entry + 1, and its hash. */
  const table = new Int32Array(2 * cells);
  let tail = 0;

  /** Takes an entry's cell out and closes the gap, so that every probe still ends at the first empty cell. */
  const removeCell = (entry: number): void => {
    const at = 4 * entry;
    let gap = hash(ids[at] as number, ids[at + 1] as number, ids[at + 2] as number, ids[at + 3] as number) & mask;
    while (table[2 * gap] !== entry + 1) gap = (gap + 1) & mask;
    for (let cell = (gap + 1) & mask; table[2 * cell] !== EMPTY; cell = (cell + 1) & mask) {
      const home = (table[2 * cell + 1] as number) & mask;
      // moves back only what would still be found: the gap lies between its home and where it is
      if (((cell - home) & mask) >= ((cell - gap) & mask)) {
        table[2 * gap] = table[2 * cell] as number;
        table[2 * gap + 1] = table[2 * cell + 1] as number;
        gap = cell;
      }
    }
    table[2 * gap] = EMPTY;
  };
  const dropTail = (): void => {
    removeCell(tail);
    tail = tail + 1 === positions ? 0 : tail + 1;
    window.size -= 1;
  };
  const evictBelow = (offset: number): void => {
    while (window.size > 0 && (offsets[tail] as number) < offset) dropTail();
  };
  const add = (words: Int32Array, offset: number): boolean => {
    const a = words[0] as number;
    const b = words[1] as number;
    const c = words[2] as number;
    const d = words[3] as number;
    const own = hash(a, b, c, d);
    let cell = own & mask;
    for (let held = table[2 * cell] as number; held !== EMPTY; held = table[2 * cell] as number) {
      if (table[2 * cell + 1] === own) {
        const at = 4 * (held - 1);
        if (ids[at] === a && ids[at + 1] === b && ids[at + 2] === c && ids[at + 3] === d) return false;
      }
      cell = (cell + 1) & mask;
    }
    if (window.size === positions) {
      // the closed gap may lie on this probe's way, so look for the empty cell again
      dropTail();
      cell = own & mask;
      while (table[2 * cell] !== EMPTY) cell = (cell + 1) & mask;
    }
    const entry = (tail + window.size) % positions;
    ids[4 * entry] = a;
    ids[4 * entry + 1] = b;
    ids[4 * entry + 2] = c;
    ids[4 * entry + 3] = d;
    offsets[entry] = offset;
    table[2 * cell] = entry + 1;
    table[2 * cell + 1] = own;
    window.size += 1;
    return true;
  };

  const window: Writable<IdWindow> = {
    size: 0,
    add,
    evictBelow,
    restore: (texts, at) => {
      table.fill(EMPTY);
      tail = 0;
      window.size = 0;
      const words = new Int32Array(4);
      for (const [i, text] of texts.entries()) {
        if (text.length !== 36 || !parseUuid(Buffer.from(text, 'latin1'), 0, words))
          throw new RangeError(`not an event id: '${text}'`);
        add(words, at[i] as number);
      }
    },
    sizeBytes: ids.byteLength + offsets.byteLength + table.byteLength,
  };
  return window;
};
