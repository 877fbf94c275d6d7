import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

/** Read and hashed at once: small enough for the caches, so that bytes come from memory once. */
const CHUNK_BYTES = 1 << 20;

/** A file's bytes, its size and its SHA-256; not kept, the bytes are of no use. Throws as `open` does. */
export const readHashed = async (
  path: string,
  isKept: boolean,
): Promise<{ readonly bytes: Uint8Array; readonly size: number; readonly hash: string }> => {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const bytes = new Uint8Array(isKept ? size : Math.min(size, CHUNK_BYTES));
    const hash = createHash('sha256');
    let at = 0;
    while (at < size) {
      const start = isKept ? at : 0;
      const chunk = bytes.subarray(start, start + Math.min(CHUNK_BYTES, size - at));
      const read = await fill(handle, chunk);
      hash.update(chunk.subarray(0, read));
      at += read;
      if (read < chunk.length) break; // cut since its size was asked for
    }
    return { bytes, size: at, hash: hash.digest('hex') };
  } finally {
    await handle.close();
  }
};

/** Bytes read, fewer than the chunk has only at the file's end. */
const fill = async (handle: FileHandle, chunk: Uint8Array): Promise<number> => {
  let at = 0;
  for (;;) {
    const { bytesRead } = await handle.read(chunk, at, chunk.length - at);
    at += bytesRead;
    if (bytesRead === 0 || at === chunk.length) return at;
  }
};
