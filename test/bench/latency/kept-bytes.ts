const CHUNK_BYTES = 1024 * 1024;

/** Copies of many short byte strings, told by where they lie: nothing for a collection to visit but the chunks. */
export const createKeptBytes = () => {
  const chunks: Buffer[] = [];
  let end = 0;
  return {
    /** Where the copy begins. Throws a RangeError for more than a chunk. */
    keep: (bytes: Uint8Array): number => {
      if (bytes.length > CHUNK_BYTES) throw new RangeError(`${bytes.length} bytes are more than a chunk`);
      if (end + bytes.length > chunks.length * CHUNK_BYTES) {
        end = chunks.length * CHUNK_BYTES;
        chunks.push(Buffer.allocUnsafeSlow(CHUNK_BYTES));
      }
      const start = end;
      chunks[Math.floor(start / CHUNK_BYTES)]?.set(bytes, start % CHUNK_BYTES); // nothing may lie where no chunk is yet
      end += bytes.length;
      return start;
    },
    /** A view. */
    at: (start: number, length: number): Buffer => {
      const from = start % CHUNK_BYTES;
      return (chunks[Math.floor(start / CHUNK_BYTES)] ?? Buffer.alloc(0)).subarray(from, from + length);
    },
  };
};
