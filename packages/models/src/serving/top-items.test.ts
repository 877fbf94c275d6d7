import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { createTopItemsScorer } from './top-items.ts';

const WIDTH = 8;
/** Small whole numbers: products are exact whatever their order, and many scores are equal. */
const coarse = (length: number, seed: number) => {
  const random = createRandom(seed, 700);
  return Float32Array.from({ length }, () => random.below(3) - 1);
};
const fine = (length: number, seed: number) => {
  const values = new Float32Array(length);
  createRandom(seed, 701).fillNormal(values);
  return values;
};

/** By sorting all scores. */
const slowly = (vectors: Float32Array, bias: Float32Array | undefined, query: Float32Array, top: number) =>
  Array.from({ length: vectors.length / WIDTH }, (_, item) => ({
    item,
    score: query.reduce((sum, value, at) => sum + value * (vectors[item * WIDTH + at] as number), bias?.[item] ?? 0),
  }))
    .sort((a, b) => b.score - a.score || a.item - b.item)
    .slice(0, top);

describe('the best few of a catalogue', () => {
  const sizes = fc.record({
    items: fc.constantFrom(1, 2, 31, 32, 33, 100, 700, 1501),
    top: fc.constantFrom(1, 5, 20),
    queries: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat(1000),
    isBiased: fc.boolean(),
  });

  test('are those of a full sort, equal ones by item number, whatever the sizes', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ items, top: wanted, queries: count, seed, isBiased }) => {
        const top = Math.min(items, wanted);
        const vectors = coarse(items * WIDTH, seed);
        const bias = isBiased ? coarse(items, seed + 1) : undefined;
        const queries = coarse(count * WIDTH, seed + 2);
        const scorer = await createTopItemsScorer(
          { vectors, width: WIDTH, ...(bias && { bias }) },
          { top, batch: 2, threads: 1 },
        );
        const found = await scorer.score(queries);
        await scorer.close();
        const expected = Array.from({ length: count }, (_, row) =>
          slowly(vectors, bias, queries.subarray(row * WIDTH, (row + 1) * WIDTH), top),
        ).flat();
        expect([...found.items]).toEqual(expected.map(({ item }) => item));
        expect([...found.scores]).toEqual(expected.map(({ score }) => score + 0));
      }),
      { numRuns: 60 },
    );
  });

  test('have the same bits in every batch, at every place in it, on one thread or two', async () => {
    const catalogue = { vectors: fine(3000 * 128, 1), width: 128, bias: fine(3000, 2) };
    const queries = fine(40 * 128, 3);
    const found = [];
    for (const options of [
      { batch: 1, threads: 1 },
      { batch: 8, threads: 1 },
      { batch: 7, threads: 2 },
      { batch: 40, threads: 2 },
    ]) {
      const scorer = await createTopItemsScorer(catalogue, { top: 20, ...options });
      found.push(await scorer.score(queries));
      await scorer.close();
    }
    const [first, ...others] = found;
    for (const other of others) expect(other).toEqual(first);
  });

  test('what does not fit is named', async () => {
    const options = { top: 3, batch: 2, threads: 1 };
    const open = (vectors: Float32Array, bias?: Float32Array, top = 3) =>
      createTopItemsScorer({ vectors, width: WIDTH, ...(bias && { bias }) }, { ...options, top });
    await expect(open(new Float32Array(20))).rejects.toThrow('20 numbers are no vectors of 8');
    await expect(open(new Float32Array(32), new Float32Array(3))).rejects.toThrow('4 items, 3 biases');
    await expect(open(new Float32Array(32), undefined, 5)).rejects.toThrow('the best 5 of 4 items');
    await expect(open(new Float32Array(32).fill(NaN, 9, 10))).rejects.toThrow('vectors[9] is NaN');
    const scorer = await open(new Float32Array(32));
    await expect(scorer.score(new Float32Array(9))).rejects.toThrow('9 numbers are no queries of 8');
    await expect(scorer.score(new Float32Array(8).fill(NaN, 2, 3))).rejects.toThrow('queries[2] is NaN');
    expect((await scorer.score(new Float32Array(0))).items).toHaveLength(0);
    await scorer.close();
  });
});

test('calls that overlap do not see each other', async () => {
  const scorer = await createTopItemsScorer(
    { vectors: Float32Array.of(1, 0, 0, 1), width: 2 },
    { top: 1, batch: 1, threads: 1 },
  );
  const asked = [Float32Array.of(1, 0), Float32Array.of(0, 1), Float32Array.of(1, 0)];
  const found = await Promise.all(asked.map((query) => scorer.score(query)));
  expect(found.map(({ items }) => items[0])).toEqual([0, 1, 0]);
  await scorer.close();
});
