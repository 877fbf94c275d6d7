import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { createKeptTable } from '../training/simd/kept-table.ts';
import type { Catalogue } from './catalogue.ts';
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
const slowly = (vectors: Float32Array, query: Float32Array, top: number) =>
  Array.from({ length: vectors.length / WIDTH }, (_, item) => ({
    item,
    score: query.reduce((sum, value, at) => sum + value * (vectors[item * WIDTH + at] as number), 0),
  }))
    .sort((a, b) => b.score - a.score || a.item - b.item)
    .slice(0, top);

/** Against the exact scores of all items, sorted. */
const expectExact = async (catalogue: Catalogue, queries: Float32Array) => {
  const { vectors, width } = catalogue;
  const [top, items, rows] = [20, vectors.length / width, queries.length / width];
  const all = Int32Array.from({ length: items }, (_, item) => item);
  const products = new Float64Array(rows * items);
  createKeptTable(vectors, width).products(queries, all, products);
  const scorer = await createTopItemsScorer(catalogue, { top, batch: 2, threads: 1 });
  const found = await scorer.score(queries);
  await scorer.close();
  for (let row = 0; row < rows; row += 1) {
    const scores = Float32Array.from(all, (item) => products[row * items + item] as number);
    const expected = [...all].sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b).slice(0, top);
    expect([...found.items.subarray(row * top, (row + 1) * top)]).toEqual(expected);
    expect(found.scores.subarray(row * top, (row + 1) * top)).toEqual(
      Float32Array.from(expected, (item) => scores[item] as number),
    );
  }
};

describe('the best few of a catalogue', () => {
  const sizes = fc.record({
    items: fc.constantFrom(1, 2, 31, 32, 33, 100, 700, 1501),
    top: fc.constantFrom(1, 5, 20),
    queries: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat(1000),
  });

  test('are those of a full sort, equal ones by item number, whatever the sizes', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ items, top: wanted, queries: count, seed }) => {
        const top = Math.min(items, wanted);
        const vectors = coarse(items * WIDTH, seed);
        const queries = coarse(count * WIDTH, seed + 2);
        const scorer = await createTopItemsScorer({ vectors, width: WIDTH }, { top, batch: 2, threads: 1 });
        const found = await scorer.score(queries);
        await scorer.close();
        const expected = Array.from({ length: count }, (_, row) =>
          slowly(vectors, queries.subarray(row * WIDTH, (row + 1) * WIDTH), top),
        ).flat();
        expect([...found.items]).toEqual(expected.map(({ item }) => item));
        expect([...found.scores]).toEqual(expected.map(({ score }) => score + 0));
      }),
      { numRuns: 60 },
    );
  });

  test('are those of all exact scores, however unlike their numbers and lengths are', async () => {
    const cases = fc.record({
      items: fc.constantFrom(200, 1501, 4000),
      /** Of few numbers the bounds are close: what is off by a little too little shows. */
      width: fc.constantFrom(1, 2, 3, 32, 128),
      /** Of the logarithm of lengths; of one number among the others, in some items and in a query. */
      lengths: fc.constantFrom(0, 1, 5),
      outlier: fc.constantFrom(1, 50, 1e4),
      seed: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ items, width, lengths, outlier, seed }) => {
        const vectors = fine(items * width, seed);
        const logs = fine(items, seed + 1);
        vectors.forEach((value, at) => {
          vectors[at] = value * Math.exp(lengths * (logs[Math.floor(at / width)] as number));
        });
        for (let at = 0; at < vectors.length; at += 7 * width) vectors[at] = (vectors[at] as number) * outlier;
        const queries = fine(3 * width, seed + 3);
        queries[width] = outlier;
        queries.fill(0, 2 * width);
        await expectExact({ vectors, width }, queries);
      }),
      { numRuns: 40 },
    );
  });

  test('are exact where rounding lifts most scores as far as it can, and lowers the best as far', async () => {
    // half a step of the query's second number counts as a whole one: for most items, and against every hundredth
    const query = Float32Array.of(80 / 127, 0.508 / 127, 1);
    const items = Array.from({ length: 1000 }, (_, item) => (item % 100 === 9 ? [7 / 64, -1, 0] : [6 / 64, 1, 0]));
    await expectExact({ vectors: Float32Array.from(items.flat()), width: 3 }, query);
  });

  test('are found where a number that no query asks for makes steps so large that nothing else is left of them', async () => {
    const items = Array.from({ length: 6000 }, (_, item) =>
      item % 500 === 77 ? [0.4 + item / 1e6, 100] : [0.1 + (item % 97) / 500, 0],
    );
    await expectExact({ vectors: Float32Array.from(items.flat()), width: 2 }, Float32Array.of(1, 0, -1, 0));
  });

  test('are the items alone, whatever fills up the last block: all scores are below 0, and one is far above the others', async () => {
    const vectors = Float32Array.from({ length: 33 }, (_, item) => (item === 32 ? 1 : 100 + item));
    const bestOf = async (top: number) => {
      const scorer = await createTopItemsScorer({ vectors, width: 1 }, { top, batch: 1, threads: 1 });
      const { items } = await scorer.score(Float32Array.of(-1, 1));
      await scorer.close();
      return [...items];
    };
    expect([await bestOf(1), await bestOf(2)]).toEqual([
      [32, 31],
      [32, 0, 31, 30],
    ]);
  });

  test('are exact where items are whole numbers without a rest and queries alone are rounded', async () => {
    const [items, width] = [20_000, 16];
    await expectExact({ vectors: fine(items * width, 7).map(Math.sign), width }, fine(30 * width, 8));
  });

  test('are exact where a bias, which is a number of each vector, rounds scores to ties', async () => {
    const [items, width] = [5000, 16];
    const vectors = fine(items * width, 7).map((value, at) => (at % width === 0 ? 1e7 : value));
    await expectExact(
      { vectors, width },
      fine(10 * width, 8).map((value, at) => (at % width === 0 ? 1 : value)),
    );
  });

  test('have the same bits in every batch, at every place in it, on one thread or two', async () => {
    const catalogue = { vectors: fine(3000 * 128, 1), width: 128 };
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

  test('are exact where scores are too small for float32, and equal then', async () => {
    const tiny = (length: number, seed: number) => fine(length, seed).map((value) => value * 1e-24);
    await expectExact({ vectors: tiny(500 * 16, 5), width: 16 }, tiny(2 * 16, 6));
  });

  test('what does not fit is named', async () => {
    const options = { top: 3, batch: 2, threads: 1 };
    const open = (vectors: Float32Array, top = 3) =>
      createTopItemsScorer({ vectors, width: WIDTH }, { ...options, top });
    await expect(open(new Float32Array(20))).rejects.toThrow('20 numbers are no vectors of 8');
    await expect(open(new Float32Array(32), 5)).rejects.toThrow('the best 5 of 4 items');
    await expect(open(new Float32Array(32).fill(NaN, 9, 10))).rejects.toThrow('vectors[9] is NaN');
    const scorer = await open(new Float32Array(32));
    await expect(scorer.score(new Float32Array(9))).rejects.toThrow('9 numbers are no queries of 8');
    await expect(scorer.score(new Float32Array(8).fill(NaN, 2, 3))).rejects.toThrow('queries[2] is NaN');
    expect((await scorer.score(new Float32Array(0))).items).toHaveLength(0);
    const huge = await open(new Float32Array(32).fill(1e20));
    await expect(huge.score(new Float32Array(8).fill(1e20))).rejects.toThrow("don't fit into float32");
    await huge.close();
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
