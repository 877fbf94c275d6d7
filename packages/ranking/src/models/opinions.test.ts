import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOpinionReader, TOP_ITEMS } from './opinions.ts';

test('the best are those of sorting all items, ties by id, whatever the shape of the scores', () => {
  const ids = Array.from({ length: 9001 }, (_, item) => `sku-${(item * 7919) % 9001}`);
  const numbers = { of: (at: number) => at, indexOf: (item: number) => item };
  const shapes = [
    (at: number, seed: number) => Math.abs(Math.sin(at * seed)),
    (at: number) => (at % 40) / 40, // many ties
    (at: number) => at / ids.length, // all the best in the last blocks
    () => 0.5,
  ];
  const roots = (shape: number, seed: number) =>
    Float32Array.from(ids, (_, at) => (shapes[shape] as (typeof shapes)[0])(at, seed));
  fc.assert(
    fc.property(
      fc.nat(3),
      fc.nat(3),
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.nat(1000),
      (a, b, weight, seed) => {
        const found = (shape: number) => ({
          roots: roots(shape, seed + 1),
          means: Float64Array.of(0.1),
          ...{ scales: Float64Array.of(2), tops: Float32Array.of(0) },
        });
        const answers = [
          { source: 'autoencoder' as const, found: found(a), halvesOf: () => {} },
          { source: 'recurrent' as const, found: found(b), halvesOf: () => {} },
        ];
        const weights = [weight, 1];
        const scores = ids.map((_, item) =>
          answers.reduce(
            (sum, { found: { roots: of } }, at) => sum + (weights[at] as number) * 2 * (of[item] as number),
            0,
          ),
        );
        const expected = [...ids.keys()]
          .sort(
            (x, y) =>
              (scores[y] as number) - (scores[x] as number) || ((ids[x] as string) < (ids[y] as string) ? -1 : 1),
          )
          .slice(0, TOP_ITEMS);
        const taken: number[] = [];
        createOpinionReader(ids, numbers)(answers, 0, []).eachBest(weights, (item) => void taken.push(item));
        expect(taken).toEqual(expected);
      },
    ),
    { numRuns: 30 },
  );
});
