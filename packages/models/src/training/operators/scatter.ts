/** Single numbers of a tensor by their places in row-major order, int32 [entries]. */
import type { Tensor } from '../graph.ts';
import { sizeOf } from '../shape.ts';
import { reshape } from './indexing.ts';

/** x with `values` [entries] added at `places`, in place where nothing else reads x. The values carry no gradient. */
export const addAt = (x: Tensor, places: Tensor, values: Tensor): Tensor => {
  const { graph, shape } = x;
  const size = sizeOf(shape);
  const flat = graph.node('ScatterElements', {
    inputs: [reshape(x, [size]), places, values],
    shape: [size],
    attributes: { axis: 0, reduction: 'add' },
  });
  return graph.node('Reshape', {
    inputs: [flat, graph.integers(shape)],
    sources: [x],
    shape,
    backward: (gradient) => [gradient],
  });
};

/** Numbers of x at `places`: [entries]. */
export const pick = (x: Tensor, places: Tensor): Tensor => {
  const { graph, shape } = x;
  return graph.node('Gather', {
    inputs: [reshape(x, [sizeOf(shape)]), places],
    sources: [x],
    shape: places.shape,
    attributes: { axis: 0 },
    backward: (gradient) => {
      const zeros = graph.node('Expand', { inputs: [graph.scalar(0), graph.integers(shape)], shape });
      return [addAt(zeros, places, gradient)];
    },
  });
};
