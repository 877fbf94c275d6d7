/** Functions of one number, element by element. */
import type { Tensor } from '../graph.ts';
import { add, div, mul, square, sub } from './arithmetic.ts';

/** `derivative` sees the output too: for most of these it is a function of that. */
const unary = (operator: string, x: Tensor, derivative: (y: Tensor) => Tensor): Tensor => {
  const y: Tensor = x.graph.node(operator, {
    inputs: [x],
    shape: x.shape,
    backward: (gradient) => [mul(gradient, derivative(y))],
  });
  return y;
};

export const exp = (x: Tensor): Tensor => unary('Exp', x, (y) => y);

export const log = (x: Tensor): Tensor => unary('Log', x, () => div(1, x));

export const sqrt = (x: Tensor): Tensor => unary('Sqrt', x, (y) => div(0.5, y));

export const tanh = (x: Tensor): Tensor => unary('Tanh', x, (y) => sub(1, square(y)));

export const sigmoid = (x: Tensor): Tensor => unary('Sigmoid', x, (y) => mul(y, sub(1, y)));

/** x·σ(x), also called swish (Ramachandran et al. 2017). */
export const silu = (x: Tensor): Tensor => {
  const { graph, shape } = x;
  const gate = graph.node('Sigmoid', { inputs: [x], shape });
  return graph.node('Mul', {
    inputs: [x, gate],
    shape,
    backward: (gradient) => [mul(gradient, mul(gate, add(1, mul(x, sub(1, gate)))))],
  });
};

const GELU_SCALE = Math.sqrt(2 / Math.PI);
const GELU_CUBE = 0.044715;

/** ½x(1 + tanh(√(2/π)(x + 0.044715x³))): the form of Hendrycks and Gimpel 2016 that every engine has kernels for. */
export const gelu = (x: Tensor): Tensor => {
  const { graph, shape } = x;
  const squared = square(x);
  const inner = mul(mul(x, GELU_SCALE), add(1, mul(squared, GELU_CUBE)));
  const bent = graph.node('Tanh', { inputs: [inner], shape });
  const half = add(0.5, mul(bent, 0.5));
  return graph.node('Mul', {
    inputs: [x, half],
    shape,
    backward: (gradient) => {
      const slope = add(GELU_SCALE, mul(squared, 3 * GELU_CUBE * GELU_SCALE));
      return [mul(gradient, add(half, mul(mul(mul(x, 0.5), sub(1, square(bent))), slope)))];
    },
  });
};
