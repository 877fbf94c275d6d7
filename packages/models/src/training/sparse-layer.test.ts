import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRowGradientSum, gatherSum } from './sparse-layer.ts';

const [ITEMS, WIDTH] = [6, 3];
const entry = fc.tuple(fc.integer({ min: 0, max: ITEMS - 1 }), fc.integer({ min: -3, max: 5 }));
const bags = fc.array(fc.array(entry, { maxLength: 5 }), { minLength: 1, maxLength: 6 });

const bagOf = (lists: readonly (readonly [number, number])[][]) => {
  const rowStart = [0];
  for (const list of lists) rowStart.push((rowStart.at(-1) as number) + list.length);
  return {
    rowStart: Int32Array.from(rowStart),
    columns: Int32Array.from(lists.flat(), ([column]) => column),
    weights: Float32Array.from(lists.flat(), ([, weight]) => weight),
  };
};
/** [rows, ITEMS], columns that are named twice added up. */
const dense = (lists: readonly (readonly [number, number])[][]) =>
  lists.map((list) =>
    Array.from({ length: ITEMS }, (_, item) => list.reduce((sum, [at, weight]) => sum + (at === item ? weight : 0), 0)),
  );
const table = Float32Array.from({ length: ITEMS * WIDTH }, (_, at) => ((at * 7) % 11) - 5);

test('the sum is the product with the dense matrix', () => {
  fc.assert(
    fc.property(bags, (lists) => {
      const into = new Float32Array((lists.length + 1) * WIDTH).fill(99);
      gatherSum(table, WIDTH, bagOf(lists), into);
      const expected = dense(lists).flatMap((row) =>
        Array.from({ length: WIDTH }, (_, i) =>
          row.reduce((sum, weight, item) => sum + weight * (table[item * WIDTH + i] as number), 0),
        ),
      );
      expect([...into]).toEqual([...expected, 0, 0, 0]);
    }),
  );
});

test('the gradient is the transposed product, each touched row once, call after call', () => {
  const sum = createRowGradientSum(ITEMS, WIDTH);
  fc.assert(
    fc.property(bags, (lists) => {
      const gradients = Float32Array.from({ length: lists.length * WIDTH }, (_, at) => (at % 5) - 2);
      const { rows, count, values } = sum.of(bagOf(lists), gradients);
      const touched = [...rows.subarray(0, count)];
      expect(touched).toEqual([...new Set(lists.flat().map(([column]) => column))]);
      const matrix = dense(lists);
      touched.forEach((item, at) => {
        for (let i = 0; i < WIDTH; i += 1) {
          const expected = matrix.reduce(
            (total, row, b) => total + (row[item] as number) * (gradients[b * WIDTH + i] as number),
            0,
          );
          expect(values[at * WIDTH + i]).toBe(expected + 0);
        }
      });
    }),
  );
});
