import { createZstdCompress, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decompress } from './zstd.ts';

/** Bytes with a period, which pack to next to nothing. */
const regular = (size: number): Buffer => Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * i) >>> 5));
/** Bytes of a congruential generator, which do not pack at all. */
const irregular = (size: number): Buffer => {
  let state = 1;
  return Buffer.from(
    Uint8Array.from({ length: size }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
};

test('what was packed comes back, small and large, with and without its size told', async () => {
  const plains = [0, 1, 255, 256, 257, 1000, 65_535, 65_536, 65_800, 300_000].flatMap((size) => [
    regular(size),
    irregular(size),
  ]);
  for (const plain of plains) {
    expect((await decompress(zstdCompressSync(plain, { pledgedSrcSize: plain.length }))).equals(plain)).toBe(true);
    const stream = createZstdCompress();
    stream.write(plain.subarray(0, plain.length >> 1));
    stream.end(plain.subarray(plain.length >> 1));
    expect((await decompress(Buffer.concat(await stream.toArray()))).equals(plain)).toBe(true);
  }
});
