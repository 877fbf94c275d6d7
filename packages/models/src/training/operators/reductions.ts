import type { Tensor } from '../graph.ts';
import { positiveAxis, type Shape } from '../shape.ts';
import { mul } from './arithmetic.ts';
import { expandTo } from './broadcast.ts';

export interface ReductionOptions {
  /** All where absent. */
  readonly axes?: readonly number[];
  /** Reduced axes stay with length 1. */
  readonly keepAxes?: boolean;
}

/** A reduction with its axes kept, none of its gradient known. */
export const reduce = (operator: 'ReduceSum' | 'ReduceMax', x: Tensor, axes: readonly number[]): Tensor =>
  x.graph.node(operator, {
    inputs: [x, x.graph.integers(axes)],
    shape: keptShape(x, axes),
    type: x.type,
    attributes: { keepdims: 1 },
  });

const keptShape = ({ shape }: Tensor, axes: readonly number[]): Shape =>
  shape.map((length, axis) => (axes.includes(axis) ? 1 : length));

export const sum = (x: Tensor, options: ReductionOptions = {}): Tensor => {
  const { graph } = x;
  const axes = (options.axes ?? [...x.shape.keys()]).map((axis) => positiveAxis(axis, x.shape));
  const kept = keptShape(x, axes);
  const shape = options.keepAxes ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
  return graph.node('ReduceSum', {
    inputs: [x, graph.integers(axes)],
    shape,
    attributes: { keepdims: Number(options.keepAxes ?? false) },
    backward: (gradient) => {
      const wide = graph.node('Reshape', { inputs: [gradient, graph.integers(kept)], shape: kept });
      return [expandTo(wide, x.shape)];
    },
  });
};

export const mean = (x: Tensor, options: ReductionOptions = {}): Tensor => {
  const axes = (options.axes ?? [...x.shape.keys()]).map((axis) => positiveAxis(axis, x.shape));
  const count = axes.reduce((product, axis) => product * (x.shape[axis] as number), 1);
  return mul(sum(x, options), 1 / count);
};
