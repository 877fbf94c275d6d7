import { createZstdCompress, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decompress } from './zstd.ts';

test('what was packed comes back, small and large, with and without its size told', async () => {
  for (const size of [0, 1, 255, 256, 257, 1000, 65_535, 65_536, 65_537, 65_800, 300_000]) {
    const plain = Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * i) >>> 5));
    expect((await decompress(zstdCompressSync(plain, { pledgedSrcSize: size }))).equals(plain)).toBe(true);
    const stream = createZstdCompress();
    stream.write(plain.subarray(0, size >> 1));
    stream.end(plain.subarray(size >> 1));
    expect((await decompress(Buffer.concat(await stream.toArray()))).equals(plain)).toBe(true);
  }
});
