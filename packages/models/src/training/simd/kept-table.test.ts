import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { gatherSum } from '../sparse-layer.ts';
import { createKeptTable } from './kept-table.ts';

const wave = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, at) => Math.sin(at * 1.7 + seed) * (1 + (at % 5)));
const widths = fc.constantFrom(1, 3, 16, 18, 64, 390);
/** More than are worked on at once. */
const counts = fc.integer({ min: 0, max: 150 });

test('sums of rows are those that training makes, bit by bit; empty ones are 0, and so is what lies behind them', () => {
  fc.assert(
    fc.property(widths, counts, fc.nat(1000), (width, count, seed) => {
      const random = createRandom(seed, 3);
      const values = wave(40 * width, seed);
      const table = createKeptTable(values, width);
      const rowStart = new Int32Array(count + 1);
      for (let row = 0; row < count; row += 1) rowStart[row + 1] = (rowStart[row] as number) + random.below(5);
      const entries = rowStart[count] as number;
      const columns = Int32Array.from({ length: entries }, () => random.below(40));
      const bags = { rowStart, columns, weights: wave(entries, seed + 1) };
      const [own, theirs] = [new Float32Array((count + 2) * width).fill(7), new Float32Array((count + 2) * width)];
      gatherSum(values, width, bags, theirs);
      values.fill(9); // a copy was taken
      table.gather(bags, own);
      // narrow ones are summed in doubles there
      own.forEach((value, at) => {
        if (width < 16) expect(value).toBeCloseTo(theirs[at] as number, 4);
        else expect(value).toBe(theirs[at]);
      });
    }),
    { numRuns: 40 },
  );
});

test('products are those of the definition, for any width and more vectors and rows than are taken at once', () => {
  fc.assert(
    fc.property(widths, counts, (width, count) => {
      const [vectors, table] = [wave(count * width, 1), wave(9 * width, 2)];
      const rows = Int32Array.from({ length: 70 }, (_, at) => (at * at) % 9);
      const found = new Float64Array(count * rows.length);
      createKeptTable(table, width).products(vectors, rows, found);
      rows.forEach((row, at) => {
        for (let k = 0; k < count; k += 1) {
          let [sum, size] = [0, 0];
          for (let i = 0; i < width; i += 1) {
            const product = (vectors[k * width + i] as number) * (table[row * width + i] as number);
            sum += product;
            size += Math.abs(product);
          }
          expect(Math.abs((found[k * rows.length + at] as number) - sum)).toBeLessThan(1e-5 * size);
        }
      });
    }),
    { numRuns: 40 },
  );
});
