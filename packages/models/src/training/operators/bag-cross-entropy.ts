import type { Tensor } from '../graph.ts';
import { mul, neg, sub } from './arithmetic.ts';
import { matmul } from './matmul.ts';
import { sum } from './reductions.ts';
import { addAt, pick } from './scatter.ts';

/** Some targets for each row of scores [rows, columns], which is nearly all zeros. Nothing here carries a gradient. */
export interface BagTargets {
  /** int32 [entries], row · columns + column; entries that are left over have weight and share 0. */
  readonly places: Tensor;
  /** [entries]. */
  readonly weights: Tensor;
  /** [entries], the entry's weight as a share of its row's. */
  readonly shares: Tensor;
  /** [rows, 1], sum of a row's weights. */
  readonly rowWeights: Tensor;
  /** [entries], added to the scores at the places; absent: nothing. */
  readonly own?: Tensor;
}

/** Keeps the log of a probability finite, below what float32 holds as a normal number. */
const SMALLEST = 1e-37;

/**
 * −Σ_e w_e log softmax(s)_e of s = x·tableᵀ + bias, x [rows, width], table [columns, width], bias [columns]. One operator
 * from x to the loss, because passes over the scores cost as much as the products: the softmax is a single one, targets
 * are taken off in place, and the rows' weights are applied to x and to its gradient, never to the scores.
 */
export const bagCrossEntropy = (
  x: Tensor,
  table: Tensor,
  bias: Tensor,
  { places, weights, shares, rowWeights, own }: BagTargets,
): Tensor => {
  const { graph } = x;
  const plain = matmul(x, table, { transposeB: true, bias });
  const scores = own ? addAt(plain, places, own) : plain;
  const chances = graph.node('Softmax', { inputs: [scores], shape: scores.shape, attributes: { axis: 1 } });
  const found = pick(chances, places);
  const bounded = graph.node('Max', { inputs: [found, graph.scalar(SMALLEST)], shape: places.shape });
  const loss = neg(sum(mul(weights, graph.node('Log', { inputs: [bounded], shape: places.shape }))));
  return graph.node('Identity', {
    inputs: [loss],
    sources: [x, table, bias],
    shape: [],
    backward: (gradient) => {
      // nothing is added, but what was picked has then been read, and the engine changes the chances in place
      const excess = addAt(chances, places, sub(mul(found, 0), shares));
      const weighted = mul(rowWeights, gradient);
      // a product with the weights instead of a sum over rows: it comes out as a column
      const toBias = matmul(excess, weighted, { transposeA: true });
      return [
        mul(matmul(excess, table), weighted),
        matmul(excess, mul(x, weighted), { transposeA: true }),
        graph.node('Reshape', { inputs: [toBias, graph.integers(bias.shape)], shape: bias.shape }),
      ];
    },
  });
};
