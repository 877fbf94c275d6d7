import { expect, test } from 'vitest';
import { beyondFigures, coldFigures, coldUpTo, shownOf, supportOf } from './list-figures.ts';

test('what only fills a list up is not shown, and nothing shown is no news', () => {
  expect([...shownOf(Int32Array.of(2, 0, 1), Float32Array.of(0, 0, 3, 0))]).toEqual([2]);
  expect([...shownOf(Int32Array.of(2, 0), Float32Array.of(0, -1, 3, -1))]).toEqual([2, 0]);
  expect([...shownOf(Int32Array.of(0, 1), Float32Array.of(0, 0, 0))]).toEqual([]);
  const support = supportOf(4, [Int32Array.of(0, 0, 1), Int32Array.of(2)]);
  const figures = beyondFigures([Int32Array.of(0, 1), new Int32Array(0)], 2, support);
  expect(figures['coverage@2']).toEqual(Float64Array.of(0.5));
  expect(figures['novelty@2']).toEqual(Float64Array.of((1 + 2) / 2, 0));
});

test('cold are the quarter of whom least is known, and all who are known as little', () => {
  const known = [9, 1, 3, 2, 8, 1, 7, 2];
  expect(coldUpTo(known)).toBe(1);
  expect(coldUpTo([1, 2, 2, 2, 3])).toBe(2);
  const figures = coldFigures('HR@20', Float64Array.of(0, 1, 0, 0, 0, 0.5, 0, 0.25), known);
  expect(figures['HR@20 cold']).toEqual(Float64Array.of(1, 0.5));
  expect(figures['HR@20 warm']).toEqual(Float64Array.of(0, 0, 0, 0, 0, 0.25));
  // a slice of nobody is no column of NaN
  expect(Object.keys(coldFigures('HR@20', Float64Array.of(1, 0), [4, 4]))).toEqual(['HR@20 cold']);
});
