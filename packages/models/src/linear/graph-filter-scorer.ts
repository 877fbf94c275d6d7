import type { SparseRows } from '../item-graph.ts';
import { createGraph } from '../training/graph.ts';
import { add } from '../training/operators/arithmetic.ts';
import { matmul } from '../training/operators/matmul.ts';
import { openSession } from '../training/session.ts';
import { gatherSum } from '../training/sparse-layer.ts';
import { scoreLinear } from './edlae.ts';
import type { GraphFilter } from './graph-filter.ts';
import { rowsOf } from './rows-of.ts';

export interface GraphFilterScorer {
  /** Scores of at most `batch` users of `bags`, [batch, items]. Good until the next call. */
  score(bags: SparseRows, users: Int32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** The sparse part by rows, the smooth part as a dense product in the engine. */
export const createGraphFilterScorer = async (
  { neighbours, left, right, rank }: GraphFilter,
  { batch, threads }: { readonly batch: number; readonly threads: number },
): Promise<GraphFilterScorer> => {
  const items = neighbours.rowStart.length - 1;
  const graph = createGraph();
  const near = graph.input('near', [batch, items]);
  const factors = graph.constant('right', right, [items, rank]);
  const smooth = matmul(graph.input('sums', [batch, rank]), factors, { transposeB: true });
  const session = await openSession(graph.program({ scores: add(near, smooth) }), { threads });
  const arrays = {
    near: new Float32Array(batch * items),
    sums: new Float32Array(batch * rank),
    scores: new Float32Array(batch * items),
  };
  const run = session.bind(arrays);
  return {
    score: async (bags, users) => {
      if (users.length > batch) throw new RangeError(`${users.length} users in a batch of ${batch}`);
      scoreLinear(neighbours, bags, users, arrays.near);
      gatherSum(left, rank, rowsOf(bags, users), arrays.sums);
      await run();
      return arrays.scores;
    },
    close: session.close,
  };
};
