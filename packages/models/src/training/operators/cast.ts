import type { Tensor } from '../graph.ts';
import { DATA_TYPES, type ElementType } from '../onnx-model.ts';

/** The same numbers in another type. Carries no gradient. */
export const cast = (x: Tensor, type: ElementType): Tensor =>
  x.graph.node('Cast', { inputs: [x], shape: x.shape, type, attributes: { to: DATA_TYPES[type] } });
