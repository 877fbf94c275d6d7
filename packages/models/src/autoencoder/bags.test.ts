import { expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { normalisedBags } from './bags.ts';
import { bagsOf } from './groups.fixture.ts';

const bags = bagsOf([[3, 1], [], [0, 2, 4, 5]]);
bags.weights.set([3, 4]);

test('rows as asked for, each of length 1, an empty one empty', () => {
  const { rowStart, columns, weights } = normalisedBags(bags, Int32Array.of(2, 1, 0));
  expect([...rowStart]).toEqual([0, 4, 4, 6]);
  expect([...columns]).toEqual([0, 2, 4, 5, 3, 1]);
  [0.5, 0.5, 0.5, 0.5, 0.6, 0.8].forEach((weight, at) => expect(weights[at]).toBeCloseTo(weight, 6));
});

test('dropout keeps the share that it says, and the weights in expectation', () => {
  const random = createRandom(1, 1);
  const TIMES = 20_000;
  const sums = new Float64Array(6);
  let kept = 0;
  for (let time = 0; time < TIMES; time += 1) {
    const { columns, weights } = normalisedBags(bags, Int32Array.of(0, 2), { rate: 0.4, random });
    kept += columns.length / 6 / TIMES;
    columns.forEach((column, at) => {
      sums[column] = (sums[column] as number) + (weights[at] as number) / TIMES;
    });
  }
  expect(kept).toBeCloseTo(0.6, 2);
  [0.5, 0.8, 0.5, 0.6, 0.5, 0.5].forEach((weight, column) => expect(sums[column]).toBeCloseTo(weight, 1));
});

test('a row whose weights are all 0 is no division by it', () => {
  const silent = bagsOf([[1, 2]]);
  silent.weights.fill(0);
  expect([...normalisedBags(silent, Int32Array.of(0)).weights]).toEqual([0, 0]);
});
