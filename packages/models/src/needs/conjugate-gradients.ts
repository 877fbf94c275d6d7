/**
 * Conjugate gradients (Hestenes and Stiefel 1952), preconditioned with the diagonal, for several right sides at once: each
 * has steps of its own, but the data are passed once for all of them.
 */
/** Of the length of the right side. */
const TOLERANCE = 1e-6;
const MOST_ITERATIONS = 500;

export interface NormalEquations {
  /** X·v [rows, width]. */
  forward(v: Float64Array, into: Float64Array): void;
  /** Xᵀ·r [columns, width]. */
  backward(r: Float64Array, into: Float64Array): void;
  /** y, [rows, width]. */
  readonly targets: Float64Array;
  /** Of XᵀX. */
  readonly diagonal: Float64Array;
  readonly penalty: number;
  readonly width: number;
  /** A solution of an equation like it, or zeros: [columns, width]. */
  readonly start: Float64Array;
}

/** Solves (XᵀX + penalty)·w = Xᵀy, [columns, width]. */
export const conjugateGradients = (given: NormalEquations): Float64Array => {
  const { forward, backward, targets, diagonal, penalty, width } = given;
  const w = given.start.slice();
  const fitted = new Float64Array(targets.length);
  const product = new Float64Array(w.length);
  const wanted = new Float64Array(w.length);
  const times = (v: Float64Array) => {
    forward(v, fitted);
    backward(fitted, product);
    v.forEach((value, at) => void (product[at] = (product[at] as number) + penalty * value));
  };
  const preconditioned = (v: Float64Array) =>
    v.map((value, at) => value / ((diagonal[Math.floor(at / width)] as number) + penalty));

  backward(targets, wanted);
  times(w);
  const residual = wanted.map((value, at) => value - (product[at] as number));
  let steep = preconditioned(residual);
  const direction = steep.slice();
  let energy = dotsOf(residual, steep, width);
  const enough = dotsOf(wanted, preconditioned(wanted), width).map((value) => value * TOLERANCE ** 2);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration += 1) {
    if (energy.every((value, j) => value <= (enough[j] as number))) break;
    times(direction);
    const curvature = dotsOf(direction, product, width);
    // a target that is solved stands still: its direction is 0
    const step = energy.map((value, j) => ((curvature[j] as number) > 0 ? value / (curvature[j] as number) : 0));
    for (let at = 0; at < w.length; at += 1) {
      const length = step[at % width] as number;
      w[at] = (w[at] as number) + length * (direction[at] as number);
      residual[at] = (residual[at] as number) - length * (product[at] as number);
    }
    steep = preconditioned(residual);
    const next = dotsOf(residual, steep, width);
    const turn = next.map((value, j) => ((energy[j] as number) > 0 ? value / (energy[j] as number) : 0));
    direction.forEach(
      (value, at) => void (direction[at] = (steep[at] as number) + (turn[at % width] as number) * value),
    );
    energy = next;
  }
  return w;
};

/** Σ a·b of each target's column. */
const dotsOf = (a: Float64Array, b: Float64Array, width: number): Float64Array => {
  const dots = new Float64Array(width);
  a.forEach((value, at) => void (dots[at % width] = (dots[at % width] as number) + value * (b[at] as number)));
  return dots;
};
