import { expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { createUserNeighbours } from './user-neighbours.ts';

test('users like you: the best cosines of all, without oneself and rows of zeros, in any batch', async () => {
  const random = createRandom(1, 1);
  const [rows, dimensions, k] = [50, 7, 5];
  const latents = new Float32Array(rows * dimensions);
  random.fillNormal(latents);
  latents.fill(0, 3 * dimensions, 4 * dimensions);
  latents.copyWithin(9 * dimensions, 8 * dimensions, 9 * dimensions); // equal rows: the earlier one first
  const rowOf = (row: number) => latents.subarray(row * dimensions, (row + 1) * dimensions);
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
  const cosine = (a: Float32Array, b: Float32Array) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  const selves = Int32Array.of(0, 8, 20);
  const queries = Float32Array.from([...selves].flatMap((self) => [...rowOf(self)]));
  for (const batch of [1, 2]) {
    const neighbours = await createUserNeighbours(latents, dimensions, { k, batch, threads: 1 });
    const found = await neighbours.nearest(queries, selves);
    selves.forEach((self, query) => {
      const expected = [...Array(rows).keys()]
        .filter((row) => row !== self && row !== 3)
        .map((row) => ({ row, cosine: cosine(rowOf(self), rowOf(row)) }))
        .sort((a, b) => b.cosine - a.cosine || a.row - b.row)
        .slice(0, k);
      expect([...(found[query]?.rows ?? [])]).toEqual(expected.map(({ row }) => row));
      found[query]?.cosines.forEach((value, at) => expect(value).toBeCloseTo(expected[at]?.cosine as number, 5));
    });
    const ofNobody = await neighbours.nearest(
      new Float32Array(2 * dimensions).fill(1, dimensions),
      Int32Array.of(-1, -1),
    );
    expect(ofNobody.map((one) => one.rows.length)).toEqual([0, k]);
    await expect(neighbours.nearest(new Float32Array(2), Int32Array.of(-1))).rejects.toThrow(RangeError);
    await neighbours.close();
  }
});

test('fewer rows than are asked for: all but oneself', async () => {
  const neighbours = await createUserNeighbours(Float32Array.of(1, 0, 0, 0, 1, 1), 2, { k: 9, batch: 1, threads: 1 });
  const found = await neighbours.nearest(Float32Array.of(1, 0, 1, 0), Int32Array.of(0, -1));
  expect(found.map(({ rows }) => [...rows])).toEqual([[2], [0, 2]]);
  await neighbours.close();
});
