/** Our side of EDLAE's inverse, a process: `inverse-side.ts ITEMS THREADS`. A block is one inverse. */
import { createSymmetricTiles, negateInverse, tileAt } from '@nextcart/models';
import { serveBlocks } from './blocks.ts';
import { INVERSE } from './sizes.ts';

const [items, threads] = process.argv.slice(2).map(Number) as [number, number];

/** 0.01, and the number of items on the diagonal: the peer's. */
const someMatrix = () => {
  const matrix = createSymmetricTiles(items, INVERSE.tileSize);
  for (const tile of matrix.tiles) tile.fill(0.01);
  for (let block = 0; block < matrix.count; block += 1)
    for (let i = 0; i < matrix.tileSize; i += 1)
      (matrix.tiles[tileAt(block, block)] as Float32Array)[i * (matrix.tileSize + 1)] = items;
  return matrix;
};

await serveBlocks(async (timed) => {
  const matrix = someMatrix();
  await timed(async () => {
    await negateInverse(matrix, { threads });
    return { loss: -(matrix.tiles[0]?.[0] as number) };
  });
});
