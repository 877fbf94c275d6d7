import type { Tensor } from '../graph.ts';
import { broadcastAxes, type Shape, sameShape } from '../shape.ts';

/** Gradient of a broadcast: what was repeated gets the sum of its copies' gradients. */
export const sumToShape = (tensor: Tensor, shape: Shape): Tensor => {
  if (sameShape(tensor.shape, shape)) return tensor;
  const { graph } = tensor;
  const axes = broadcastAxes(shape, tensor.shape);
  const kept = tensor.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const summed =
    axes.length === 0
      ? tensor
      : graph.node('ReduceSum', { inputs: [tensor, graph.integers(axes)], shape: kept, attributes: { keepdims: 1 } });
  return sameShape(kept, shape) ? summed : graph.node('Reshape', { inputs: [summed, graph.integers(shape)], shape });
};

export const expandTo = (tensor: Tensor, shape: Shape): Tensor =>
  sameShape(tensor.shape, shape)
    ? tensor
    : tensor.graph.node('Expand', {
        inputs: [tensor, tensor.graph.integers(shape)],
        shape,
        backward: (gradient) => [sumToShape(gradient, tensor.shape)],
      });
