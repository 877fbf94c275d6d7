import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SparseRows } from '../item-graph.ts';
import { createRandom } from '../training/random.ts';
import { fitEdlae, scoreLinear } from './edlae.ts';
import { negateInverse } from './negated-inverse.ts';
import { addTo, createSymmetricTiles, readRow } from './symmetric-tiles.ts';

/** Inverse by Gauss and Jordan with pivots, float64. */
const inverse = (matrix: readonly (readonly number[])[]): number[][] => {
  const size = matrix.length;
  const wide = matrix.map((row, i) => [...row, ...Array.from({ length: size }, (_, j) => Number(i === j))]);
  for (let k = 0; k < size; k += 1) {
    const order = wide.slice(k).map((row, at) => [Math.abs(row[k] as number), at + k] as const);
    const [, best] = order.reduce((a, b) => (b[0] > a[0] ? b : a));
    [wide[k], wide[best]] = [wide[best] as number[], wide[k] as number[]];
    const pivot = (wide[k] as number[]).map((value) => value / (wide[k]?.[k] as number));
    wide.forEach((row, i) => {
      const factor = row[k] as number;
      wide[i] = i === k ? pivot : row.map((value, j) => value - factor * (pivot[j] as number));
    });
  }
  return wide.map((row) => row.slice(size));
};

const positiveDefinite = (size: number, seed: number): number[][] => {
  const random = createRandom(seed, 1);
  const half = Array.from({ length: size }, () => Array.from({ length: size }, () => random.next() - 0.5));
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, at) => sum + x * (b[at] as number), 0);
  return half.map((a, i) => half.map((b, j) => dot(a, b) + (i === j ? 1 : 0)));
};

describe('the negated inverse', () => {
  // one tile, a full number of tiles, a part of a tile left over; 130 is cut into parts, 300 into parts that are cut again
  test.each([
    [5, 8],
    [24, 8],
    [61, 16],
    [150, 64],
    [300, 130],
    [310, 300],
  ])('of %d rows in tiles of %d', async (size, tileSize) => {
    const matrix = positiveDefinite(size, size);
    const tiles = createSymmetricTiles(size, tileSize);
    matrix.forEach((row, i) => row.slice(0, i + 1).forEach((value, j) => addTo(tiles, i, j, value)));
    const shares: number[] = [];
    await negateInverse(tiles, { threads: 1, onProgress: (share) => shares.push(share) });
    const found = new Float32Array(size);
    inverse(matrix).forEach((row, i) => {
      readRow(tiles, i, found);
      row.forEach((value, j) => expect(Math.abs((found[j] as number) + value)).toBeLessThan(2e-4));
    });
    expect(shares.at(-1)).toBe(1);
  });

  test('of a matrix that has none says so; an abort stops it', async () => {
    await expect(negateInverse(createSymmetricTiles(3, 4), { threads: 1 })).rejects.toThrow('not positive definite');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(negateInverse(createSymmetricTiles(3, 4), { threads: 1, signal })).rejects.toThrow('enough');
  });
});

const ITEMS = 9;
const users = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: ITEMS - 1 }), { maxLength: 5 }), {
  minLength: 1,
  maxLength: 12,
});
const bagsOf = (lists: readonly (readonly number[])[]): SparseRows => {
  const rowStart = [0];
  for (const list of lists) rowStart.push((rowStart.at(-1) as number) + list.length);
  const columns = Int32Array.from(lists.flat());
  return { rowStart: Int32Array.from(rowStart), columns, weights: Float32Array.from(columns, (item) => 1 + item / 4) };
};
const base = { lambda: 2, dropout: 0.4, threads: 1, tileSize: 4 };

describe('EDLAE', () => {
  const definition = (lists: readonly (readonly number[])[]): number[][] => {
    const x = lists.map((list) => Array.from({ length: ITEMS }, (_, item) => (list.includes(item) ? 1 + item / 4 : 0)));
    const gram = Array.from({ length: ITEMS }, (_, i) =>
      Array.from({ length: ITEMS }, (_, j) => x.reduce((sum, row) => sum + (row[i] as number) * (row[j] as number), 0)),
    );
    const p = inverse(
      gram.map((row, i) => row.map((value, j) => value + (i === j ? 2 + (0.4 / 0.6) * (row[i] as number) : 0))),
    );
    return p.map((row, i) => row.map((value, j) => (i === j ? 0 : -value / (p[j]?.[j] as number))));
  };

  test('is its definition, and keeping some keeps the strongest', async () => {
    await fc.assert(
      fc.asyncProperty(users, async (lists) => {
        const expected = definition(lists);
        const whole = await fitEdlae(bagsOf(lists), ITEMS, { ...base, keep: 99 });
        const few = await fitEdlae(bagsOf(lists), ITEMS, { ...base, keep: 3 });
        expect([...whole.rowStart]).toEqual(Array.from({ length: ITEMS + 1 }, (_, item) => item * (ITEMS - 1)));
        expected.forEach((row, i) => {
          const others = Array.from({ length: ITEMS }, (_, j) => j).filter((j) => j !== i);
          expect([...whole.columns.subarray(i * (ITEMS - 1), (i + 1) * (ITEMS - 1))]).toEqual(others);
          others.forEach((j, at) => expect(whole.weights[i * (ITEMS - 1) + at]).toBeCloseTo(row[j] as number, 4));
          const strength = row.map(Math.abs).sort((a, b) => b - a);
          for (let at = i * 3; at < i * 3 + 3; at += 1)
            expect(Math.abs(few.weights[at] as number)).toBeGreaterThan((strength[2] as number) - 1e-4);
        });
      }),
      { numRuns: 20 },
    );
  });

  test('a score is the sum of the rows of what a user has', async () => {
    const lists = [[0, 1], [1, 2, 3], []];
    const model = await fitEdlae(bagsOf(lists), ITEMS, { ...base, keep: 99 });
    const expected = definition(lists);
    const scores = new Float32Array(2 * ITEMS).fill(9);
    scoreLinear(model, bagsOf(lists), Int32Array.of(2, 0), scores);
    expect([...scores.subarray(0, ITEMS)]).toEqual(new Array(ITEMS).fill(0));
    for (let j = 0; j < ITEMS; j += 1)
      expect(scores[ITEMS + j]).toBeCloseTo((expected[0]?.[j] as number) + 1.25 * (expected[1]?.[j] as number), 4);
  });

  test('settings without meaning are refused', async () => {
    await expect(fitEdlae(bagsOf([[0]]), 1, { ...base, keep: 1, lambda: 0 })).rejects.toThrow('lambda');
    await expect(fitEdlae(bagsOf([[0]]), 1, { ...base, keep: 1, dropout: 1 })).rejects.toThrow('dropout');
  });
});
