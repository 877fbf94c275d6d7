import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAdam } from './adam.ts';
import { createRowAdagrad, createRowAdam } from './row-optimisers.ts';
import { clipScale, cosineRate, linearWarmUp } from './schedule.ts';

/** Adam by the paper for one number, everything kept. */
const adamReference = (start: number, gradients: readonly number[], rate: number): number => {
  let [w, m, v] = [start, 0, 0];
  gradients.forEach((g, at) => {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g ** 2;
    w -= (rate * (m / (1 - 0.9 ** (at + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (at + 1))) + 1e-8);
  });
  return w;
};

const number = fc.float({ min: -4, max: 4, noNaN: true }).map((x) => (Math.abs(x) < 1e-3 ? 0.5 : x));

describe('Adam', () => {
  test('every weight goes as the formula says, arrays of any number', () => {
    const steps = fc.array(fc.array(number, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(steps, fc.constantFrom(1, 0.25), (gradients, scale) => {
        const weights = [Float32Array.of(1, -2, 3), Float32Array.of(0, 0.5)];
        const start = weights.flatMap((array) => [...array]);
        const adam = createAdam(weights);
        for (const g of gradients)
          adam.step([Float32Array.from(g.slice(0, 3)), Float32Array.from(g.slice(3))], { rate: 0.05, scale });
        const found = weights.flatMap((array) => [...array]);
        start.forEach((w, at) =>
          expect(found[at]).toBeCloseTo(
            adamReference(
              w,
              gradients.map((g) => (g[at] as number) * scale),
              0.05,
            ),
            4,
          ),
        );
      }),
    );
  });
});

describe('optimisers of rows', () => {
  const touches = fc.array(
    fc.tuple(fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }), number, number),
    { minLength: 1, maxLength: 15 },
  );
  /** Runs steps of (rows, two gradients that each of them gets) and gives each weight's own gradients. */
  const runRows = (
    steps: readonly [number[], number, number][],
    make: typeof createRowAdagrad | typeof createRowAdam,
  ) => {
    const table = Float32Array.from({ length: 8 }, (_, at) => at / 4);
    const seen: number[][] = Array.from({ length: 8 }, () => []);
    const optimiser = make(table, 2);
    for (const [rows, a, b] of steps) {
      const values = Float32Array.from(rows.flatMap(() => [a, b]));
      optimiser.step({ rows: Int32Array.from(rows), count: rows.length, values }, { rate: 0.05 });
      for (const row of rows) [a, b].forEach((g, column) => seen[row * 2 + column]?.push(Math.fround(g)));
    }
    return { table, seen };
  };

  test('Adam: a row is where Adam would have brought it by the steps that touched it', () => {
    fc.assert(
      fc.property(touches, (steps) => {
        const { table, seen } = runRows(steps, createRowAdam);
        seen.forEach((gradients, at) => expect(table[at]).toBeCloseTo(adamReference(at / 4, gradients, 0.05), 4));
      }),
    );
  });

  test('Adagrad by its formula', () => {
    fc.assert(
      fc.property(touches, (steps) => {
        const { table, seen } = runRows(steps, createRowAdagrad);
        seen.forEach((gradients, at) => {
          let [w, s] = [at / 4, 0];
          for (const g of gradients) {
            s += g ** 2;
            w -= (0.05 * g) / (Math.sqrt(s) + 1e-10);
          }
          expect(table[at]).toBeCloseTo(w, 4);
        });
      }),
    );
  });

  test('only the first `count` rows of a longer buffer count', () => {
    const table = new Float32Array(4);
    const gradients = { rows: Int32Array.of(1, 0), count: 1, values: Float32Array.of(1, 1, 9, 9) };
    createRowAdam(table, 2).step(gradients, { rate: 0.1 });
    expect([...table.subarray(0, 2)]).toEqual([0, 0]);
    expect(table[2]).toBeCloseTo(-0.1, 6);
  });
});

describe('rates and clipping', () => {
  test('cosine: from, half way, to, and no further', () => {
    const options = { steps: 100, from: 5e-4, to: 5e-5 };
    [
      [0, 5e-4],
      [50, 2.75e-4],
      [100, 5e-5],
      [150, 5e-5],
    ].forEach(([step, rate]) => expect(cosineRate(step as number, options)).toBeCloseTo(rate as number, 10));
  });

  test('a warm-up of no steps is over at once', () => {
    expect([0, 5, 20].map((step) => linearWarmUp(step, 10, 0.2))).toEqual([0, 0.1, 0.2]);
    expect(linearWarmUp(0, 0, 0.2)).toBe(0.2);
  });

  test('the norm is that of all gradients together', () => {
    expect(clipScale([Float32Array.of(3), Float32Array.of(0, 4)], 1)).toBeCloseTo(1 / 5, 10);
    expect(clipScale([Float32Array.of(3), Float32Array.of(0, 4)], 9)).toBe(1);
    expect(clipScale([new Float32Array(2)], 9)).toBe(1);
    expect(() => clipScale([Float32Array.of(NaN)], 1)).toThrow('not finite');
  });
});
