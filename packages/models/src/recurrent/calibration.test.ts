import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { calibrated, expectedCalibrationError, fitIsotonic, fitTemperature, softmaxAt } from './calibration.ts';

const ITEMS = 8;
const COUNT = 4000;

/** Targets drawn from softmax(scores / truth). */
const drawn = (truth: number) => {
  const random = createRandom(3, 902);
  const rows = Array.from({ length: COUNT }, () => Float32Array.from({ length: ITEMS }, () => 4 * random.next()));
  const chances = new Float32Array(ITEMS);
  const targets = rows.map((row) => {
    softmaxAt(row, truth, chances);
    let left = random.next();
    return chances.findIndex((chance) => (left -= chance) < 0);
  });
  const target = (at: number) => Math.max(0, targets[at] as number);
  return { count: COUNT, scores: (at: number) => rows[at] as Float32Array, target };
};
/** Chances of every item of every row, with 1 at the target. */
const outcomesOf = (given: ReturnType<typeof drawn>, temperature: number) => {
  const chances = new Float32Array(COUNT * ITEMS);
  const outcomes = new Uint8Array(COUNT * ITEMS);
  for (let at = 0; at < COUNT; at += 1) {
    softmaxAt(given.scores(at), temperature, chances.subarray(at * ITEMS, (at + 1) * ITEMS));
    outcomes[at * ITEMS + given.target(at)] = 1;
  }
  return { chances, outcomes };
};

test('the temperature that the targets were drawn at is found, on both sides of 1, and calibrates', () => {
  for (const truth of [0.5, 2.5]) {
    const given = drawn(truth);
    const found = fitTemperature(given);
    expect(Math.abs(found / truth - 1)).toBeLessThan(0.05);
    const [before, after] = [1, found].map((temperature) => {
      const { chances, outcomes } = outcomesOf(given, temperature);
      return expectedCalibrationError(chances, outcomes, 15);
    });
    expect(after).toBeLessThan(0.01);
    expect(before).toBeGreaterThan(0.03);
  }
});

test('no step is of fewer than it should be: a hit at the top is not certainty', () => {
  const chances = Float32Array.from({ length: 95 }, (_, at) => at / 100);
  const outcomes = Uint8Array.from(chances, (_, at) => Number(at === 94 || at === 70));
  expect(fitIsotonic(chances, outcomes).heights.at(-1)).toBe(1);
  const { from, heights } = fitIsotonic(chances, outcomes, 20);
  expect([...from]).toEqual([0, Math.fround(0.55)]);
  expect([...heights]).toEqual([0, 2 / 40]);
  const few = fitIsotonic(chances.subarray(0, 5), outcomes.subarray(90), 20);
  expect([[...few.from], [...few.heights]]).toEqual([[0], [1 / 5]]);
});

test('the isotonic function rises and no other rising one is nearer: each step is the mean of its outcomes', () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 1 })), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(points, (given) => {
      const chances = Float32Array.from(given, ([chance]) => chance / 10);
      const outcomes = Uint8Array.from(given, ([, outcome]) => outcome);
      const fitted = fitIsotonic(chances, outcomes);
      // the min-max formula: fit(x) = max over a ≤ x of min over b ≥ x of the mean of outcomes between a and b
      const meanOf = (from: number, to: number) => {
        const members = given.filter(([chance]) => chance >= from && chance <= to);
        return members.reduce((sum, [, outcome]) => sum + outcome, 0) / members.length;
      };
      const values = given.map(([chance]) => chance);
      for (const x of values) {
        const lowest = (from: number) => Math.min(...values.filter((to) => to >= x).map((to) => meanOf(from, to)));
        const expected = Math.max(...values.filter((from) => from <= x).map(lowest));
        expect(calibrated(fitted, Math.fround(x / 10))).toBeCloseTo(expected, 10);
      }
    }),
  );
});

test('expected calibration error by hand: two bins, .1 said and 0 hit, .6 said and half hit', () => {
  const chances = Float32Array.of(0.6, 0.1, 0.6, 0.1);
  expect(expectedCalibrationError(chances, Uint8Array.of(1, 0, 0, 0), 2)).toBeCloseTo(0.1, 6);
  expect(expectedCalibrationError(new Float32Array(0), new Uint8Array(0), 2)).toBe(0);
});

test('nothing to fit on, and scores that are no numbers', () => {
  const none = { count: 0, scores: () => new Float32Array(1), target: () => 0 };
  expect(() => fitTemperature(none)).toThrow('no targets');
  expect(() => fitTemperature({ ...none, count: 1, scores: () => Float32Array.of(NaN, 1) })).toThrow(
    'no finite number',
  );
  expect(() => fitIsotonic(new Float32Array(0), new Uint8Array(0))).toThrow('0 chances');
});
