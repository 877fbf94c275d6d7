import { randomInt } from 'node:crypto';
import type { Writable } from '@nextcart/contracts';

/**
 * Values by their key, and in turn. Open addressing with linear probing, at most half full. The key's hash lies in the
 * cell beside the value's place, so that a question among a million values misses the processor's caches three times
 * (cell, value, its key); a Map's chains miss them about six times, and that was most of what an event cost.
 */
export interface KeyTable<T extends { readonly key: string }> {
  readonly size: number;
  get(key: string): T | undefined;
  /** Its key must not be in the table. */
  add(value: T): void;
  /** Nothing happens where the key is not in the table. */
  delete(key: string): void;
  /** The next value of a round over all that never ends; undefined where there is none. */
  turn(): T | undefined;
}

const FIRST_CELLS = 64;
/** Numbers of a cell: hash, place + 1 (0: empty). */
const CELL = 2;

export const createKeyTable = <T extends { readonly key: string }>(): KeyTable<T> => {
  // clients choose their keys: who does not know the seed can't choose such as meet in one cell
  const seed = randomInt(2 ** 32);
  let mask = FIRST_CELLS - 1;
  let cells = new Int32Array(CELL * FIRST_CELLS);
  const values: (T | undefined)[] = [];
  /** Places of `values` that are empty. */
  const free: number[] = [];
  let hand = 0;

  const hashOf = (key: string): number => {
    let hash = seed;
    for (let i = 0; i < key.length; i += 1) {
      hash = Math.imul(hash ^ key.charCodeAt(i), 0x5bd1e995);
      hash ^= hash >>> 15;
    }
    return Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 13);
  };
  /** The key's cell, or the empty one where it would be. */
  const cellOf = (key: string, hash: number): number => {
    for (let cell = hash & mask; ; cell = (cell + 1) & mask) {
      const place = (cells[CELL * cell + 1] as number) - 1;
      if (place < 0 || (cells[CELL * cell] === hash && (values[place] as T).key === key)) return cell;
    }
  };
  const put = (cell: number, hash: number, place: number): void => {
    cells[CELL * cell] = hash;
    cells[CELL * cell + 1] = place + 1;
  };
  const grow = (): void => {
    const old = cells;
    mask = 2 * mask + 1;
    cells = new Int32Array(CELL * (mask + 1));
    for (let from = 0; from < old.length; from += CELL) {
      if (old[from + 1] === 0) continue;
      let cell = (old[from] as number) & mask;
      while (cells[CELL * cell + 1] !== 0) cell = (cell + 1) & mask;
      put(cell, old[from] as number, (old[from + 1] as number) - 1);
    }
  };
  /** Empties a cell and moves those back that were pushed on by it: every probe still ends at the first empty cell. */
  const empty = (hole: number): void => {
    for (let cell = (hole + 1) & mask; cells[CELL * cell + 1] !== 0; cell = (cell + 1) & mask) {
      const home = (cells[CELL * cell] as number) & mask;
      // between the hole and here it is where it belongs
      if (((cell - home) & mask) < ((cell - hole) & mask)) continue;
      put(hole, cells[CELL * cell] as number, (cells[CELL * cell + 1] as number) - 1);
      hole = cell;
    }
    cells[CELL * hole + 1] = 0;
  };

  const table: Writable<KeyTable<T>> = {
    size: 0,
    get: (key) => values[(cells[CELL * cellOf(key, hashOf(key)) + 1] as number) - 1],
    add: (value) => {
      if (2 * (table.size + 1) > mask + 1) grow();
      const place = free.pop() ?? values.length;
      const hash = hashOf(value.key);
      put(cellOf(value.key, hash), hash, place);
      values[place] = value;
      table.size += 1;
    },
    delete: (key) => {
      const cell = cellOf(key, hashOf(key));
      const place = (cells[CELL * cell + 1] as number) - 1;
      if (place < 0) return;
      empty(cell);
      values[place] = undefined;
      free.push(place);
      table.size -= 1;
    },
    turn: () => {
      if (table.size === 0) return undefined;
      for (;;) {
        if (hand >= values.length) hand = 0;
        const value = values[hand++];
        if (value !== undefined) return value;
      }
    },
  };
  return table;
};
