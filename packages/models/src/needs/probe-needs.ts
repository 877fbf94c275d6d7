/**
 * How much of people's true needs a straight line reads off what a model knows of them (a linear probe, Alain and Bengio
 * 2016). Invariants: the rows that a figure is of had no part in its fit nor in the choice of its penalty; the same rows
 * are held out whatever the features, so that feature sets compare row by row.
 */
import type { SparseRows } from '../item-graph.ts';
import { createRandom, permutation } from '../training/random.ts';
import { predictRidge, type RidgeFit, ridgeProblem, type Scaling } from './ridge.ts';
import { rowsIn, type Table } from './table-of-numbers.ts';

export interface ProbeOptions {
  readonly seed: number;
  /** Share of the rows that figures are of; .3 */
  readonly heldOut?: number;
  /** Share of the others that penalties are chosen on; .25. */
  readonly validation?: number;
  /** Penalties that are tried, in units of the mean square of a column. */
  readonly lambdas?: readonly number[];
  readonly scalings?: readonly Scaling[];
}

export const probeDefaults = {
  heldOut: 0.3,
  validation: 0.25,
  lambdas: [1e-3, 1e-2, 0.1, 1, 10, 100, 1e3],
  scalings: ['none', 'unit'],
} as const satisfies Omit<ProbeOptions, 'seed'>;

export interface ProbeResult {
  /** 1 − Σ(y − ŷ)² / Σ(y − ȳ)² over held-out rows and all needs, ȳ being the mean of the rows that were learned from. */
  readonly r2: number;
  /** Pearson's, between y and ŷ, in the mean over needs. */
  readonly correlation: number;
  readonly perNeed: readonly { readonly r2: number; readonly correlation: number }[];
  /** Rows that were held out, rising. */
  readonly rows: Int32Array;
  /** Σ over needs of (y − ŷ)² of each of them: for paired comparisons of feature sets. */
  readonly squaredErrors: Float64Array;
  readonly chosen: { readonly lambda: number; readonly scaling: Scaling };
  /** The best penalty was the least or the greatest that was tried: the figure may be too low. */
  readonly isAtEdge: boolean;
}

/**
 * `features` [users, columns]: counts as they are, or `denseRows` of latents; `truth` [users, needs]. Throws a RangeError
 * for numbers of users that differ, too few of them (20) and numbers that are not finite.
 */
export const probeNeeds = (features: SparseRows, columns: number, truth: Table, options: ProbeOptions): ProbeResult => {
  const { seed, heldOut, validation, lambdas, scalings } = { ...probeDefaults, ...options };
  const users = rowsIn(truth, 'true needs');
  checkFeatures(features, columns, users);
  const { test, fit, choose } = splitRows(users, heldOut, validation, seed);

  let best = { error: Infinity, lambda: NaN, scaling: scalings[0] as Scaling };
  for (const scaling of scalings) {
    const problem = ridgeProblem(features, columns, truth, fit, scaling);
    let near: RidgeFit | undefined;
    // strong penalties first: they are solved in a few steps and start the next
    for (const lambda of [...lambdas].sort((a, b) => b - a)) {
      near = problem.solve(lambda, near);
      const error = errorsOf(truth, choose, predictRidge(near, features, choose)).reduce(
        (sum, value) => sum + value,
        0,
      );
      if (error < best.error) best = { error, lambda, scaling };
    }
  }
  const learnt = Int32Array.from([...fit, ...choose]).sort();
  const { lambda, scaling } = best;
  const predictions = predictRidge(
    ridgeProblem(features, columns, truth, learnt, scaling).solve(lambda),
    features,
    test,
  );
  const edges = [Math.min(...lambdas), Math.max(...lambdas)];
  return {
    ...figuresOf(truth, learnt, test, predictions),
    rows: test,
    squaredErrors: errorsOf(truth, test, predictions),
    chosen: { lambda, scaling },
    isAtEdge: lambdas.length > 1 && edges.includes(lambda),
  };
};

/** Rows of numbers that are hardly ever 0 (latents, factors) as the features of a probe. */
export const denseRows = (table: Table): SparseRows => {
  const { values, width } = table;
  const rows = rowsIn(table, 'features');
  return {
    rowStart: Int32Array.from({ length: rows + 1 }, (_, row) => row * width),
    columns: Int32Array.from(values, (_, at) => at % width),
    weights: Float32Array.from(values),
  };
};

const PURPOSE = 301;
const LEAST_USERS = 20;

const splitRows = (users: number, heldOut: number, validation: number, seed: number) => {
  if (users < LEAST_USERS)
    throw new RangeError(`${users} users are too few to hold some out, ${LEAST_USERS} are enough`);
  const order = permutation(users, createRandom(seed, PURPOSE));
  const testEnd = Math.round(heldOut * users);
  const chooseEnd = testEnd + Math.round(validation * (users - testEnd));
  return {
    test: order.slice(0, testEnd).sort(),
    choose: order.slice(testEnd, chooseEnd).sort(),
    fit: order.slice(chooseEnd).sort(),
  };
};

const checkFeatures = ({ rowStart, columns, weights }: SparseRows, columnCount: number, users: number): void => {
  if (rowStart.length !== users + 1)
    throw new RangeError(`features of ${rowStart.length - 1} users, true needs of ${users}`);
  for (let at = 0; at < (rowStart.at(-1) as number); at += 1) {
    if (!((columns[at] as number) >= 0 && (columns[at] as number) < columnCount))
      throw new RangeError(`features: entry ${at} has column ${columns[at]} of ${columnCount}`);
    if (!Number.isFinite(weights[at])) throw new RangeError(`features: entry ${at} is ${weights[at]}`);
  }
};

/** Σ over needs of (y − ŷ)², [rows]. */
const errorsOf = ({ values, width }: Table, rows: Int32Array, predictions: Float64Array): Float64Array =>
  Float64Array.from(rows, (row, at) => {
    let sum = 0;
    for (let j = 0; j < width; j += 1)
      sum += ((values[row * width + j] as number) - (predictions[at * width + j] as number)) ** 2;
    return sum;
  });

const figuresOf = ({ values, width }: Table, learnt: Int32Array, test: Int32Array, predictions: Float64Array) => {
  let [errors, spread] = [0, 0];
  const perNeed = Array.from({ length: width }, (_, need) => {
    const of = (rows: Int32Array) => Float64Array.from(rows, (row) => values[row * width + need] as number);
    const learntMean = mean(of(learnt));
    const actual = of(test);
    const predicted = Float64Array.from(test, (_row, at) => predictions[at * width + need] as number);
    const error = actual.reduce((sum, y, at) => sum + (y - (predicted[at] as number)) ** 2, 0);
    const total = actual.reduce((sum, y) => sum + (y - learntMean) ** 2, 0);
    errors += error;
    spread += total;
    return { r2: total > 0 ? 1 - error / total : 0, correlation: pearson(actual, predicted) };
  });
  return {
    r2: spread > 0 ? 1 - errors / spread : 0,
    correlation: mean(Float64Array.from(perNeed, ({ correlation }) => correlation)),
    perNeed,
  };
};

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** 0 where one of them does not vary. */
const pearson = (a: Float64Array, b: Float64Array): number => {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ofA, ofB] = [0, 0, 0];
  a.forEach((value, at) => {
    const [x, y] = [value - meanA, (b[at] as number) - meanB];
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  });
  return ofA > 0 && ofB > 0 ? both / Math.sqrt(ofA * ofB) : 0;
};
