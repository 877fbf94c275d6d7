import type { Tensor } from '../graph.ts';
import { add, div, mul, square, sub } from './arithmetic.ts';
import { reduce } from './reductions.ts';

/**
 * (x − mean) / √(variance + epsilon) · scale + shift over the last axis (Ba et al. 2016); scale and shift [last].
 * The gradient of the normalised part is written out: (g − mean(g) − x̂·mean(g·x̂)) / √(variance + epsilon).
 */
export const layerNorm = (x: Tensor, scale: Tensor, shift: Tensor, epsilon: number): Tensor => {
  const { graph, shape } = x;
  const last = shape.length - 1;
  const meanOf = (tensor: Tensor) => mul(reduce('ReduceSum', tensor, [last]), 1 / (shape[last] as number));
  const centred = sub(x, meanOf(x));
  const variance = add(meanOf(square(centred)), epsilon);
  const deviation = graph.node('Sqrt', { inputs: [variance], shape: variance.shape });
  const inverse = div(1, deviation);
  const normal: Tensor = graph.node('Mul', {
    inputs: [centred, inverse],
    sources: [x],
    shape,
    backward: (gradient) => {
      const bent = mul(normal, meanOf(mul(gradient, normal)));
      return [mul(sub(sub(gradient, meanOf(gradient)), bent), inverse)];
    },
  });
  return add(mul(normal, scale), shift);
};
