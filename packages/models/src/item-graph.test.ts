import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cosineWeights, type SparseRows } from './item-graph.ts';

/** [items, items] counts, symmetric, none on the diagonal → sparse rows. */
const sparse = (counts: readonly (readonly number[])[]): SparseRows => {
  const rowStart = [0];
  const columns: number[] = [];
  const weights: number[] = [];
  for (const row of counts) {
    row.forEach((count, column) => {
      if (count > 0) [columns, weights].forEach((list, which) => list.push(which === 0 ? column : count));
    });
    rowStart.push(columns.length);
  }
  return {
    rowStart: Int32Array.from(rowStart),
    columns: Int32Array.from(columns),
    weights: Float32Array.from(weights),
  };
};

test('by hand: three items, no damping', () => {
  // row sums 3, 4, 3; cosines 2/√12, 1/3, 2/√12; best of the rows 2/√12 each
  const weights = cosineWeights(
    sparse([
      [0, 2, 1],
      [2, 0, 2],
      [1, 2, 0],
    ]),
    0,
  );
  const other = 1 / 3 / (2 / Math.sqrt(12));
  [1, other, 1, 1, other, 1].forEach((weight, at) => expect(weights[at]).toBeCloseTo(weight, 12));
});

test('by hand: damping adds a share of the mean row sum to each row', () => {
  // row sums 4, 5, 1; mean 10/3; damping 0.6 adds 2
  const weights = cosineWeights(
    sparse([
      [0, 4, 0],
      [4, 0, 1],
      [0, 1, 0],
    ]),
    0.6,
  );
  const strong = 4 / Math.sqrt(6 * 7);
  const weak = 1 / Math.sqrt(7 * 3);
  const unit = (strong + strong + weak) / 3;
  [strong / unit, strong / unit, weak / unit, weak / unit].forEach((weight, at) =>
    expect(weights[at]).toBeCloseTo(weight, 12),
  );
});

test('counts of another scale give the same weights, and what little is behind comes out weaker', () => {
  const count = fc.nat(9);
  fc.assert(
    fc.property(fc.array(fc.tuple(count, count, count), { minLength: 3, maxLength: 3 }), (rows) => {
      const counts = rows.map((row, i) => row.map((c, j) => (i === j ? 0 : c + (rows[j]?.[i] ?? 0))));
      const once = cosineWeights(sparse(counts), 0.2);
      const scaled = cosineWeights(sparse(counts.map((row) => row.map((c) => c * 8))), 0.2);
      once.forEach((weight, at) => expect(scaled[at]).toBeCloseTo(weight, 9));
    }),
  );
  const lone = sparse([
    [0, 1, 0, 0],
    [1, 0, 0, 0],
    [0, 0, 0, 50],
    [0, 0, 50, 0],
  ]);
  const [few, , many] = cosineWeights(lone, 0.2);
  expect(few).toBeLessThan((many as number) / 2);
});

test('no rows and empty rows are no trouble', () => {
  expect(cosineWeights(sparse([]), 0.2)).toHaveLength(0);
  expect(cosineWeights(sparse([[0], []]), 0)).toHaveLength(0);
});
