import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adamDefaults, stepFactors, updateRange } from '../adam.ts';
import { gatherSum } from '../sparse-layer.ts';
import { CHUNK, rowSum, sumsOf, wideSumOf } from './kernels.ts';

const wave = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, at) => Math.sin(at * 1.7 + seed) * (1 + (at % 5)));
/** Within a few roundings of float32: sums are made in another order of roundings than in float64. */
const expectNear = (found: Float32Array, expected: ArrayLike<number>) =>
  found.forEach((value, at) => {
    const wanted = expected[at] as number;
    expect(Math.abs(value - wanted), `[${at}]: ${value}, wanted ${wanted}`).toBeLessThan(
      4e-6 * Math.max(1, Math.abs(wanted)),
    );
  });
const lengths = fc.constantFrom(16, 17, 18, 19, 20, 600, CHUNK, CHUNK + 1, 2 * CHUNK + 3);

test('Adam over a long range is Adam number by number, and leaves what is beside the range', () => {
  fc.assert(
    fc.property(lengths, fc.nat(3), fc.nat(3), fc.constantFrom(1, 0.1), (length, start, from, scale) => {
      const arrays = () => ({ weights: wave(length + 9, 1), first: wave(length + 9, 2), second: wave(length + 9, 3) });
      const gradients = wave(length + 9, 4);
      const [whole, single] = [arrays(), arrays()];
      for (const { second } of [whole, single]) second.forEach((v, at) => void (second[at] = Math.abs(v)));
      const factors = stepFactors(3, 0.01, adamDefaults);
      updateRange(whole.weights, gradients, whole, start, from, length, scale, factors);
      for (let at = 0; at < length; at += 1)
        updateRange(single.weights, gradients, single, start + at, from + at, 1, scale, factors);
      for (const name of ['weights', 'first', 'second'] as const) expectNear(whole[name], single[name]);
      expect(whole.weights.subarray(start + length)).toEqual(arrays().weights.subarray(start + length));
      expect(whole.weights.subarray(0, start)).toEqual(arrays().weights.subarray(0, start));
    }),
    { numRuns: 40 },
  );
});

test('sums of wide rows are those of their columns, one by one', () => {
  const bags = {
    rowStart: Int32Array.of(0, 3, 3, 4),
    columns: Int32Array.of(2, 0, 2, 1),
    weights: Float32Array.of(0.5, -2, 1, 3),
  };
  for (const width of [16, 18, 600, CHUNK + 5]) {
    const table = wave(3 * width, 7);
    const into = new Float32Array(4 * width).fill(99);
    gatherSum(table, width, bags, into);
    const cell = (row: number, at: number) => table[row * width + at] as number;
    const columns = Array.from({ length: width }, (_, at) => at);
    expectNear(into, [
      ...columns.map((at) => 1.5 * cell(2, at) - 2 * cell(0, at)),
      ...columns.map(() => 0),
      ...columns.map((at) => 3 * cell(1, at)),
      ...columns.map(() => 0),
    ]);
  }
});

test('what a wider sum left behind is not in the next one', () => {
  rowSum.clear(40);
  rowSum.add(new Float32Array(40).fill(5), 1);
  rowSum.clear(18);
  rowSum.add(wave(18, 1), 1);
  const found = new Float32Array(20).fill(7);
  rowSum.write(found, 1, 18);
  expect([...found]).toEqual([7, ...wave(18, 1), 7]);
});

test('sums of values and of their squares, of any length: nothing of an earlier call is in them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3 * CHUNK + 3 }), fc.nat(1000), (length, seed) => {
      sumsOf(new Float32Array(CHUNK).fill(7));
      const values = Float32Array.from({ length }, (_, at) => Math.abs(Math.sin(at * (seed + 1))));
      const { sum, squares } = sumsOf(values);
      const slow = [0, 0];
      for (const value of values) {
        slow[0] = (slow[0] as number) + value;
        slow[1] = (slow[1] as number) + value * value;
      }
      expect(Math.abs(sum - (slow[0] as number))).toBeLessThanOrEqual(1e-6 * (slow[0] as number));
      expect(Math.abs(squares - (slow[1] as number))).toBeLessThanOrEqual(1e-6 * (slow[1] as number));
    }),
    { numRuns: 30 },
  );
});

test('a sum in float64 keeps what float32 would lose, whatever the length', () => {
  for (const length of [1, 2, 3, 4, 5, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 3, 20_000]) {
    const values = Float32Array.from({ length }, (_, at) => (at === 0 ? 1 : 2 ** -30 * (1 + (at % 7))));
    const wanted = values.reduce((sum, value) => sum + value, 0);
    expect(wideSumOf(values), `${length}`).toBe(wanted); // every part of it is a multiple of 2 ** -30: nothing is rounded
    wideSumOf(wave(CHUNK, 3)); // leaves its numbers behind
  }
});
