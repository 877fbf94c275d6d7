import type { Tensor } from '../graph.ts';
import type { Shape } from '../shape.ts';
import { sumToShape } from './broadcast.ts';

export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** [columns], added to every row in the same kernel. */
  readonly bias?: Tensor;
}

const matrix = ({ name, shape }: Tensor, transposed: boolean): Shape => {
  if (shape.length !== 2) throw new RangeError(`${name} is [${shape.join(', ')}], no matrix`);
  return transposed ? shape.toReversed() : shape;
};

/** A·B (+ bias) of [rows, inner] and [inner, columns], either stored transposed. */
export const matmul = (a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor => {
  const { transposeA = false, transposeB = false, bias } = options;
  const [rows = 0, inner] = matrix(a, transposeA);
  const [innerB, columns = 0] = matrix(b, transposeB);
  if (inner !== innerB)
    throw new RangeError(`[${a.shape.join(', ')}] × [${b.shape.join(', ')}]: ${inner} columns meet ${innerB} rows`);
  return a.graph.node('Gemm', {
    inputs: bias ? [a, b, bias] : [a, b],
    shape: [rows, columns],
    attributes: { transA: Number(transposeA), transB: Number(transposeB) },
    backward: (gradient) => [
      transposeA
        ? matmul(b, gradient, { transposeA: transposeB, transposeB: true })
        : matmul(gradient, b, { transposeB: !transposeB }),
      transposeB
        ? matmul(gradient, a, { transposeA: true, transposeB: transposeA })
        : matmul(a, gradient, { transposeA: !transposeA }),
      bias && sumToShape(gradient, bias.shape),
    ],
  });
};
