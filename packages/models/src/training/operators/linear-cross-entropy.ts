import type { Graph, Tensor } from '../graph.ts';
import { add, mul, neg, sub } from './arithmetic.ts';
import { cast } from './cast.ts';
import { reshape } from './indexing.ts';
import { matmul } from './matmul.ts';
import { sum } from './reductions.ts';
import { addAt, pick } from './scatter.ts';

/** One target for each row of scores [rows, columns]. */
export interface RowTargets {
  /** int32 [rows], row · columns + column. */
  readonly places: Tensor;
  /** [rows, 1]; a row of weight 0 counts for nothing. */
  readonly weights: Tensor;
  /** In [0, 1]: how much of a target's score is subtracted; less than 1 is for label smoothing. */
  readonly share: number;
}

/** Numbers added to a few of the scores; they carry a gradient. A place may come twice. */
export interface ScoreShift {
  /** int32 [entries], row · columns + column. */
  readonly places: Tensor;
  /** [entries]. */
  readonly values: Tensor;
}

/** Keeps the log of a probability finite, below what float32 holds as a normal number. */
const SMALLEST = 1e-37;

/**
 * Σ_r w_r (log Σ_j e^{s_rj} − share · s_r,target) of s = x·tableᵀ + bias, x [rows, width], table [columns, width], bias
 * [columns], after `shifts` were added. One operator instead of three, because on few columns of width passes over the scores cost more than the
 * products: the rows' weights are applied to x, never to the scores.
 */
export const linearCrossEntropy = (
  x: Tensor,
  table: Tensor,
  bias: Tensor,
  { places, weights, share }: RowTargets,
  shifts: readonly ScoreShift[] = [],
): Tensor => {
  const { graph } = x;
  const [rows = 0] = x.shape;
  const columns = bias.shape[0] as number;
  const plain = matmul(x, table, { transposeB: true, bias });
  const scores = shifts.reduce((shifted, shift) => addAt(shifted, shift.places, shift.values), plain);
  const chances = graph.node('Softmax', { inputs: [scores], shape: scores.shape, attributes: { axis: 1 } });
  const found = pick(chances, places);
  const column = (of: Tensor) => reshape(of, [rows, 1]);
  const bounded = graph.node('Max', { inputs: [column(found), graph.scalar(SMALLEST)], shape: [rows, 1] });
  const surprise = neg(graph.node('Log', { inputs: [bounded], shape: [rows, 1] }));
  const total = share === 1 ? surprise : add(surprise, mul(column(pick(scores, places)), 1 - share));
  const loss = sum(mul(weights, total));
  return graph.node('Identity', {
    inputs: [loss],
    sources: [x, table, bias, ...shifts.map(({ values }) => values)],
    shape: [],
    backward: (gradient) => {
      // nothing is added, but what was picked has then been read, and the engine changes the chances in place
      const excess = addAt(chances, places, sub(mul(found, 0), share));
      const weighted = mul(weights, gradient);
      const toShift = ({ places: where }: ScoreShift) => {
        const rowOf = graph.node('Div', { inputs: [where, int32(graph, columns)], shape: where.shape, type: 'int32' });
        return mul(pick(excess, where), pick(weighted, rowOf));
      };
      return [
        mul(matmul(excess, table), weighted),
        matmul(excess, mul(x, weighted), { transposeA: true }),
        reshape(matmul(excess, weighted, { transposeA: true }), bias.shape),
        ...shifts.map(toShift),
      ];
    },
  });
};

const int32 = (graph: Graph, value: number): Tensor => cast(graph.integers([value]), 'int32');
