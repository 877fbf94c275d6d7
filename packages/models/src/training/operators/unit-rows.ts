import type { Tensor } from '../graph.ts';
import { add, div, mul, square, sub } from './arithmetic.ts';
import { reduce } from './reductions.ts';

/** A row of zeros stays one; far below the squared length of any row that learns. */
const EPSILON = 1e-12;

/** x / ‖x‖ of each row, over the last axis. The gradient is written out: (g − x̂·Σ(g·x̂)) / ‖x‖. */
export const unitRows = (x: Tensor): Tensor => {
  const { graph, shape } = x;
  const sumOfRow = (tensor: Tensor) => reduce('ReduceSum', tensor, [shape.length - 1]);
  const squares = add(sumOfRow(square(x)), EPSILON);
  const inverse = div(1, graph.node('Sqrt', { inputs: [squares], shape: squares.shape }));
  const unit: Tensor = graph.node('Mul', {
    inputs: [x, inverse],
    sources: [x],
    shape,
    backward: (gradient) => [mul(sub(gradient, mul(unit, sumOfRow(mul(gradient, unit)))), inverse)],
  });
  return unit;
};
