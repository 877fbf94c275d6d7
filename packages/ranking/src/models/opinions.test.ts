import { BLOCK } from '@nextcart/models';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOpinionReader } from './opinions.ts';

test('a model’s best are all that are as good as the one at the bound, out of the blocks that it names', () => {
  const items = 9001;
  const places = Math.ceil(items / BLOCK) * BLOCK;
  const numbers = { of: (at: number) => at, indexOf: (item: number) => item };
  const shapes = [
    (at: number, seed: number) => Math.abs(Math.sin(at * seed)),
    (at: number) => at / items, // all the best in the last blocks
    (at: number, seed: number) => Math.floor(Math.abs(Math.sin(at * seed)) * 40) / 40, // ties
  ];
  fc.assert(
    fc.property(fc.nat(2), fc.nat(1000), fc.integer({ min: 1, max: 281 }), (shape, seed, wanted) => {
      const roots = new Float32Array(places);
      for (let item = 0; item < items; item += 1) roots[item] = (shapes[shape] as (typeof shapes)[0])(item, seed + 1);
      // another scale in the same order, as the graph has them; some that differ are the same on it
      const maxima = Float32Array.from(
        { length: places / BLOCK },
        (_, block) => 3 * Math.max(...roots.subarray(block * BLOCK, (block + 1) * BLOCK)) - 7,
      );
      const [means, scales, tops] = [Float64Array.of(0), Float64Array.of(1), Float32Array.of(0)];
      const found = { roots, places, means, scales, tops, maxima };
      const taken: number[] = [];
      const reader = createOpinionReader(items, numbers);
      reader([{ source: 'recurrent', found, halvesOf: () => {} }], 0, []).eachBest(
        0,
        wanted,
        (item) => void taken.push(item),
      );
      const best = [...roots.subarray(0, items)].sort((x, y) => y - x);
      expect(new Set(taken).size).toBe(taken.length);
      expect(taken.length).toBeGreaterThanOrEqual(wanted);
      const last = Math.min(...taken.map((item) => roots[item] as number));
      expect(last).toBeLessThanOrEqual(best[wanted - 1] as number);
      // none that was left out is better than the last that was taken
      const isTaken = new Set(taken);
      for (let item = 0; item < items; item += 1) if (!isTaken.has(item)) expect(roots[item]).toBeLessThanOrEqual(last);
      const z = new Float64Array(6).fill(9);
      const few = Int32Array.of(5, 0, items - 1);
      reader([{ source: 'recurrent', found, halvesOf: () => {} }], 0, []).fill(0, few, 3, z, 1, 2);
      expect([...z]).toEqual([9, roots[5], 9, roots[0], 9, roots[items - 1]]);
    }),
    { numRuns: 15 },
  );
});
