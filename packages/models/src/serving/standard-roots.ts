/**
 * Logits on the common scale of a fusion (fusion/common-scale.ts): the graph gives the roots of probabilities, and
 * z = (root − mean) · scale is done for the few items that somebody asks for.
 */
import type { Tensor } from '../training/graph.ts';
import { sub } from '../training/operators/arithmetic.ts';
import { exp } from '../training/operators/elementwise.ts';
import { reduce } from '../training/operators/reductions.ts';

export interface StandardRoots {
  /** [batch, items], √(p of the item / p of the best), 0 to 1. */
  readonly roots: Float32Array;
  /** [batch]. */
  readonly means: Float64Array;
  /** [batch], one over the standard deviation; 0 where a model says the same of all. */
  readonly scales: Float64Array;
  /** [batch], half the logit of the best item. */
  readonly tops: Float32Array;
}

/** z of half a logit on the scale of a row: of an item as another history would have it, beside all items as they are. */
export const onScale = ({ means, scales, tops }: StandardRoots, row: number, half: number): number =>
  (Math.exp(half - (tops[row] as number)) - (means[row] as number)) * (scales[row] as number);

/** `halves`: logits / 2, [batch, items]. Out: `roots` [batch, items], `tops` [batch, 1]. */
export const rootsOf = (halves: Tensor): { readonly roots: Tensor; readonly tops: Tensor } => {
  const tops = reduce('ReduceMax', halves, [1]);
  return { roots: exp(sub(halves, tops)), tops };
};

/** Arrays for a graph's outputs, and what they say after a run. */
export const createStandardRoots = (batch: number, items: number) => {
  const roots = new Float32Array(batch * items);
  const tops = new Float32Array(batch);
  const found = { roots, tops, means: new Float64Array(batch), scales: new Float64Array(batch) };
  return {
    arrays: { roots, tops },
    /** Of the first `count` rows; good until the next run. Summed here: an engine's sums depend on the batch. */
    read: (count: number): StandardRoots => {
      for (let row = 0; row < count; row += 1) {
        let [sum, squares] = [0, 0];
        for (let at = row * items; at < (row + 1) * items; at += 1) {
          const root = roots[at] as number;
          sum += root;
          squares += root * root;
        }
        const mean = sum / items;
        const deviation = Math.sqrt(Math.max(0, squares / items - mean * mean));
        found.means[row] = mean;
        // of roots that are all alike nothing but rounding is left
        found.scales[row] = deviation > mean * 1e-6 ? 1 / deviation : 0;
      }
      return found;
    },
  };
};
