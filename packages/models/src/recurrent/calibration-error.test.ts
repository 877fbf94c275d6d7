import { expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { expectedCalibrationError } from './calibration.ts';
import { calibrationErrorInterval } from './calibration-error.ts';

const told = (subjects: number, truth: (chance: number) => number) => {
  const random = createRandom(3, 906);
  const chances = Float32Array.from({ length: 5 * subjects }, () => random.next());
  return {
    chances,
    outcomes: Uint8Array.from(chances, (chance) => Number(random.next() < truth(chance))),
    subjects: Int32Array.from(chances, (_, at) => Math.floor(at / 5)),
  };
};
const options = { bins: 10, seed: 1, resamples: 500 };

test('the error is that of all chances; the interval has it, and narrows as subjects come', () => {
  const width = (subjects: number) => {
    const given = told(subjects, (chance) => chance / 2);
    const { value, low, high } = calibrationErrorInterval(given, options);
    expect(value).toBeCloseTo(expectedCalibrationError(given.chances, given.outcomes, 10), 6);
    expect(low).toBeLessThan(0.25);
    expect(high).toBeGreaterThan(0.25);
    return high - low;
  };
  expect(width(2000)).toBeLessThan(width(200) / 2);
});

test('chances that hold have an error of nearly nothing; without chances there is none', () => {
  expect(
    calibrationErrorInterval(
      told(4000, (chance) => chance),
      options,
    ).high,
  ).toBeLessThan(0.03);
  const none = { chances: new Float32Array(0), outcomes: new Uint8Array(0), subjects: new Int32Array(0) };
  expect(() => calibrationErrorInterval(none, options)).toThrow('no chances');
});
