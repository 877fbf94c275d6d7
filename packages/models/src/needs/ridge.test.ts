import fc from 'fast-check';
import { expect, test } from 'vitest';
import { denseRows } from './probe-needs.ts';
import { predictRidge, ridgeProblem, type Scaling } from './ridge.ts';

/** The normal equations of centred and scaled columns by Gauss's elimination, written out for one target. */
const closedForm = (x: readonly (readonly number[])[], y: readonly number[], lambda: number, scaling: Scaling) => {
  const rows = x.length;
  const width = x[0]?.length as number;
  const columns = Array.from({ length: width }, (_, j) => x.map((row) => row[j] as number));
  const means = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / rows);
  const variances = columns.map((column, j) =>
    column.reduce((sum, value) => sum + (value - (means[j] as number)) ** 2, 0),
  );
  const scales = variances.map((sum) => (scaling === 'unit' && sum > 1e-9 ? Math.sqrt(sum / rows) : 1));
  const xs = x.map((row) => row.map((value, j) => (value - (means[j] as number)) / (scales[j] as number)));
  const squares = variances.map((sum, j) => sum / (scales[j] as number) ** 2).filter((sum) => sum > 1e-9);
  const penalty = squares.length === 0 ? lambda : (lambda * squares.reduce((a, b) => a + b, 0)) / squares.length;
  const meanY = y.reduce((sum, value) => sum + value, 0) / rows;
  const system = Array.from({ length: width }, (_, i) => [
    ...Array.from({ length: width }, (_unused, j) =>
      xs.reduce((sum, row) => sum + (row[i] as number) * (row[j] as number), i === j ? penalty : 0),
    ),
    xs.reduce((sum, row, at) => sum + (row[i] as number) * ((y[at] as number) - meanY), 0),
  ]);
  for (let k = 0; k < width; k += 1) {
    const pivot = system[k]?.[k] as number;
    for (let i = 0; i < width; i += 1) {
      if (i === k) continue;
      const factor = (system[i]?.[k] as number) / pivot;
      system[i] = (system[i] as number[]).map((value, j) => value - factor * (system[k]?.[j] as number));
    }
  }
  const w = system.map((row, k) => (row[width] as number) / (row[k] as number));
  return xs.map((row) => row.reduce((sum, value, j) => sum + value * (w[j] as number), meanY));
};

const number = fc.integer({ min: -20, max: 20 }).map((value) => value / 4);
const matrices = fc.tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 5 })).chain(([rows, width]) =>
  fc.record({
    x: fc.array(fc.array(number, { minLength: width, maxLength: width }), { minLength: rows, maxLength: rows }),
    y: fc.array(fc.tuple(number, number), { minLength: rows, maxLength: rows }),
    lambda: fc.constantFrom(0.05, 1, 30),
    scaling: fc.constantFrom<Scaling>('none', 'unit'),
  }),
);

test('is the solution of the normal equations, for each target by itself, columns that do not vary included', () =>
  fc.assert(
    fc.property(matrices, ({ x, y, lambda, scaling }) => {
      const width = x[0]?.length as number;
      const features = denseRows({ values: Float64Array.from(x.flat()), width });
      const rows = Int32Array.from(x, (_, at) => at);
      const problem = ridgeProblem(features, width, { values: Float64Array.from(y.flat()), width: 2 }, rows, scaling);
      const fresh = problem.solve(lambda);
      const warm = problem.solve(lambda, problem.solve(lambda * 3));
      for (const fit of [fresh, warm]) {
        const found = predictRidge(fit, features, rows);
        for (const target of [0, 1]) {
          const expected = closedForm(
            x,
            y.map((pair) => pair[target] as number),
            lambda,
            scaling,
          );
          expected.forEach((value, at) => expect(found[at * 2 + target]).toBeCloseTo(value, 4));
        }
      }
    }),
  ));
