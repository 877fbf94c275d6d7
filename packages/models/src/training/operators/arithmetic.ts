/** Element by element, broadcast as NumPy does; a number stands for a scalar tensor. */
import type { Backward, Tensor } from '../graph.ts';
import { broadcastShape } from '../shape.ts';
import { sumToShape } from './broadcast.ts';

export type Operand = Tensor | number;

const tensors = (a: Operand, b: Operand): [Tensor, Tensor] => {
  if (typeof a !== 'number') return [a, typeof b === 'number' ? a.graph.scalar(b) : b];
  if (typeof b !== 'number') return [b.graph.scalar(a), b];
  throw new TypeError('one of two operands must be a tensor');
};
const binary = (operator: string, a: Tensor, b: Tensor, backward: Backward): Tensor =>
  a.graph.node(operator, { inputs: [a, b], shape: broadcastShape(a.shape, b.shape), backward });

export const add = (left: Operand, right: Operand): Tensor => {
  const [a, b] = tensors(left, right);
  return binary('Add', a, b, (gradient) => [sumToShape(gradient, a.shape), sumToShape(gradient, b.shape)]);
};

export const sub = (left: Operand, right: Operand): Tensor => {
  const [a, b] = tensors(left, right);
  return binary('Sub', a, b, (gradient) => [sumToShape(gradient, a.shape), sumToShape(neg(gradient), b.shape)]);
};

export const mul = (left: Operand, right: Operand): Tensor => {
  const [a, b] = tensors(left, right);
  return binary('Mul', a, b, (gradient) => [
    sumToShape(mul(gradient, b), a.shape),
    sumToShape(mul(gradient, a), b.shape),
  ]);
};

export const div = (left: Operand, right: Operand): Tensor => {
  const [a, b] = tensors(left, right);
  const quotient: Tensor = binary('Div', a, b, (gradient) => {
    const toA = div(gradient, b);
    return [sumToShape(toA, a.shape), sumToShape(neg(mul(toA, quotient)), b.shape)];
  });
  return quotient;
};

export const neg = (x: Tensor): Tensor =>
  x.graph.node('Neg', { inputs: [x], shape: x.shape, backward: (gradient) => [neg(gradient)] });

export const square = (x: Tensor): Tensor => mul(x, x);
