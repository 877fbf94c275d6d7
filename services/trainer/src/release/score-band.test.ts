import { expect, test } from 'vitest';
import { compareScores, spreadOf } from './score-band.ts';

const bands = { meanShift: 0.5, deviationFactor: 1.5 };

test('the spread is mean and deviation of the population', () => {
  expect(spreadOf([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ mean: 5, deviation: 2 });
});

test('scores within the bands are fine; moved, stretched, squeezed or no numbers they are told of', () => {
  const before = { mean: 5, deviation: 2 };
  expect(compareScores(before, { mean: 5.9, deviation: 2.9 }, bands)).toBeUndefined();
  expect(compareScores(before, { mean: 6.2, deviation: 2 }, bands)).toBe(
    'scores moved by 0.60 of their deviations, more than 0.5',
  );
  expect(compareScores(before, { mean: 5, deviation: 3.2 }, bands)).toContain('1.60 times as wide');
  expect(compareScores(before, { mean: 5, deviation: 1.2 }, bands)).toContain('0.60 times as wide');
  expect(compareScores(before, { mean: Number.NaN, deviation: 2 }, bands)).toContain('moved by NaN');
  expect(compareScores(before, { mean: 5, deviation: Number.NaN }, bands)).toContain('NaN times');
});
