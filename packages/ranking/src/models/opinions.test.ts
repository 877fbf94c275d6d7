import { BLOCK, TOP_ITEMS } from '@nextcart/models';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOpinionReader } from './opinions.ts';

test('a model’s best are those of sorting all items, ties by id, out of the blocks that it names', () => {
  const items = 9001;
  const places = Math.ceil(items / BLOCK) * BLOCK;
  const ids = Array.from({ length: items }, (_, item) => `sku-${(item * 7919) % items}`);
  const numbers = { of: (at: number) => at, indexOf: (item: number) => item };
  const shapes = [
    (at: number, seed: number) => Math.abs(Math.sin(at * seed)),
    (at: number) => at / items, // all the best in the last blocks
    (at: number, seed: number) => Math.floor(Math.abs(Math.sin(at * seed)) * 40) / 40, // ties
  ];
  fc.assert(
    fc.property(fc.nat(2), fc.nat(1000), (shape, seed) => {
      const roots = new Float32Array(places);
      for (let item = 0; item < items; item += 1) roots[item] = (shapes[shape] as (typeof shapes)[0])(item, seed + 1);
      const maxima = Array.from({ length: places / BLOCK }, (_, block) =>
        Math.max(...roots.subarray(block * BLOCK, (block + 1) * BLOCK)),
      );
      // equal maxima by number, as the graph has them
      const blocks = [...maxima.keys()].sort((a, b) => (maxima[b] as number) - (maxima[a] as number) || a - b);
      const [means, scales, tops] = [Float64Array.of(0), Float64Array.of(1), Float32Array.of(0)];
      const found = { roots, places, means, scales, tops, blocks: Int32Array.from(blocks.slice(0, TOP_ITEMS)) };
      const taken: number[] = [];
      const reader = createOpinionReader(ids, numbers);
      reader([{ source: 'recurrent', found, halvesOf: () => {} }], 0, []).eachBest(0, (item) => void taken.push(item));
      const inBlocks = new Set(found.blocks);
      const expected = [...ids.keys()]
        .filter((item) => inBlocks.has(Math.floor(item / BLOCK)))
        .sort(
          (a, b) => (roots[b] as number) - (roots[a] as number) || ((ids[a] as string) < (ids[b] as string) ? -1 : 1),
        )
        .slice(0, TOP_ITEMS);
      expect(taken).toEqual(expected);
      // none that was left out is better than the last that was taken
      const last = roots[taken.at(-1) as number] as number;
      for (let item = 0; item < items; item += 1)
        if (!taken.includes(item)) expect(roots[item]).toBeLessThanOrEqual(last);
    }),
    { numRuns: 15 },
  );
});
