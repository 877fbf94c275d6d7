/**
 * zstd of batches that other clients or the broker packed, by Node. Small ones at once: the way over the thread pool and
 * a stream costs some 100 µs more than the work itself (a list of 3 KB: 20 µs at once, 131 µs over the pool). Large ones
 * must not hold up the loop.
 */
import { promisify } from 'node:util';
import { zstdDecompress, zstdDecompressSync } from 'node:zlib';

const AT_ONCE_BYTES = 64 * 1024;
/** What Node's streams have. A chunk that is too small costs a copy, one that is too large feeds the garbage collector. */
const CHUNK_BYTES = 16 * 1024;
const LEAST_CHUNK_BYTES = 256;
const decompressLater = promisify(zstdDecompress);

/** Unpacked bytes as the frame's head tells them, or -1 where it doesn't (RFC 8878, section 3.1.1.1). */
const contentSize = (frame: Buffer): number => {
  const descriptor = frame[4] ?? 0;
  const single = (descriptor >>> 5) & 1;
  const at = 5 + (1 - single) + ([0, 1, 2, 4][descriptor & 3] as number);
  const bytes = [single, 2, 4, 8][descriptor >>> 6] as number;
  if (bytes === 0 || bytes === 8 || frame.length < at + bytes) return -1;
  return frame.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
};

export const decompress = (bytes: Buffer): Promise<Buffer> | Buffer => {
  if (bytes.length > AT_ONCE_BYTES) return decompressLater(bytes);
  const size = contentSize(bytes);
  // a byte more than there is: a chunk that is filled to its end is followed by another
  const chunkSize = size >= LEAST_CHUNK_BYTES && size <= 16 * AT_ONCE_BYTES ? size + 1 : CHUNK_BYTES;
  return zstdDecompressSync(bytes, { chunkSize });
};
