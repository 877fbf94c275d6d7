/**
 * Values by text, looked up by the text's UTF-8 bytes where they lie: no string is made for a question.
 * - Open addressing with linear probing, at most half full. What a probe needs of a key lies in its cell, and all keys'
 *   bytes in one pool, because a question costs what it misses of the processor's caches.
 * - A key that was deleted keeps its place without a value until the table grows, so that every probe still ends at the
 *   first empty cell.
 */
export interface ByteKeys<T> {
  get(bytes: Uint8Array, start: number, end: number): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
}

const FIRST_CELLS = 64;
const FIRST_POOL_BYTES = 1024;
/** Numbers of a cell: hash, entry + 1 (0: empty), start and end of the key in the pool. */
const CELL = 4;

/** FNV-1a. Questions may be chosen with malice, the keys that are in the table are the catalogue's and the robots'. */
const hashOf = (bytes: Uint8Array, start: number, end: number): number => {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash ^ (hash >>> 15);
};

export const createByteKeys = <T>(): ByteKeys<T> => {
  let values: (T | undefined)[] = [];
  let live = 0;
  let mask = FIRST_CELLS - 1;
  let cells = new Int32Array(CELL * FIRST_CELLS);
  let pool = new Uint8Array(FIRST_POOL_BYTES);
  let poolEnd = 0;

  /** The cell of a key, or the empty one where it would be. */
  const cellOf = (bytes: Uint8Array, start: number, end: number, hash: number): number => {
    for (let cell = hash & mask; ; cell = (cell + 1) & mask) {
      const at = CELL * cell;
      if (cells[at + 1] === 0) return at;
      if (cells[at] !== hash) continue;
      const from = cells[at + 2] as number;
      const size = end - start;
      if ((cells[at + 3] as number) - from !== size) continue;
      let same = 0;
      while (same < size && bytes[start + same] === pool[from + same]) same += 1;
      if (same === size) return at;
    }
  };
  /** Puts a key into the empty cell that is its own. */
  const place = (at: number, key: Uint8Array, hash: number, value: T): void => {
    if (poolEnd + key.length > pool.length) {
      const grown = new Uint8Array(2 * Math.max(pool.length, key.length));
      grown.set(pool.subarray(0, poolEnd));
      pool = grown;
    }
    pool.set(key, poolEnd);
    values.push(value);
    cells[at] = hash;
    cells[at + 1] = values.length;
    cells[at + 2] = poolEnd;
    poolEnd += key.length;
    cells[at + 3] = poolEnd;
  };
  /** Twice as roomy as what is live wants, and without the deleted. */
  const rebuild = (): void => {
    const [oldCells, oldPool, oldValues] = [cells, pool, values];
    let size = FIRST_CELLS;
    while (size < 4 * (live + 1)) size *= 2;
    cells = new Int32Array(CELL * size);
    mask = size - 1;
    pool = new Uint8Array(Math.max(FIRST_POOL_BYTES, poolEnd));
    poolEnd = 0;
    values = [];
    for (let from = 0; from < oldCells.length; from += CELL) {
      const value = oldValues[(oldCells[from + 1] as number) - 1];
      if (value === undefined) continue;
      const key = oldPool.subarray(oldCells[from + 2], oldCells[from + 3]);
      const hash = oldCells[from] as number;
      place(cellOf(key, 0, key.length, hash), key, hash, value);
    }
  };

  return {
    get: (bytes, start, end) => {
      const entry = cells[cellOf(bytes, start, end, hashOf(bytes, start, end)) + 1] as number;
      return entry === 0 ? undefined : values[entry - 1];
    },
    set: (key, value) => {
      const bytes = Buffer.from(key);
      const hash = hashOf(bytes, 0, bytes.length);
      const known = (cells[cellOf(bytes, 0, bytes.length, hash) + 1] as number) - 1;
      if (known >= 0) {
        if (values[known] === undefined) live += 1;
        values[known] = value;
        return;
      }
      // deleted ones hold their cells as well
      if (2 * (values.length + 1) > mask + 1) rebuild();
      place(cellOf(bytes, 0, bytes.length, hash), bytes, hash, value);
      live += 1;
    },
    delete: (key) => {
      const bytes = Buffer.from(key);
      const known = (cells[cellOf(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length)) + 1] as number) - 1;
      if (known < 0 || values[known] === undefined) return;
      values[known] = undefined;
      live -= 1;
    },
  };
};
