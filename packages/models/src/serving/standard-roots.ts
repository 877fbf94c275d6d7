/**
 * Logits on the common scale of a fusion (fusion/common-scale.ts): the graph gives the roots of probabilities, and
 * z = (root − mean) · scale is done for the few items that somebody asks for.
 */
import type { Tensor } from '../training/graph.ts';
import { sub } from '../training/operators/arithmetic.ts';
import { exp } from '../training/operators/elementwise.ts';
import { reduce } from '../training/operators/reductions.ts';
import { sumsOf } from '../training/simd/kernels.ts';
import { BLOCK } from './top-items-program.ts';

export interface StandardRoots {
  /** [batch, places], √(p of the item / p of the best), 0 to 1; behind the items lie places that no item has. */
  readonly roots: Float32Array;
  /** The items in whole blocks. */
  readonly places: number;
  /** [batch]. */
  readonly means: Float64Array;
  /** [batch], one over the standard deviation; 0 where a model says the same of all. */
  readonly scales: Float64Array;
  /** [batch], half the logit of the best item. */
  readonly tops: Float32Array;
  /** [batch, places / BLOCK], half the logit of the best item of each block: where to look for the best of all. */
  readonly maxima: Float32Array;
}

/** z of half a logit on the scale of a row: of an item as another history would have it, beside all items as they are. */
export const onScale = ({ means, scales, tops }: StandardRoots, row: number, half: number): number =>
  (Math.exp(half - (tops[row] as number)) - (means[row] as number)) * (scales[row] as number);

const blocksOf = (items: number) => Math.ceil(items / BLOCK);

/**
 * The table whose products with queries [.., width, 1] are logits / 2, with room behind the items for whole blocks. The bias
 * is its last column: by itself it would be written to all logits before the products are added to them.
 */
export const inBlocks = (rows: Float32Array, width: number, bias: Float32Array) => {
  const items = bias.length;
  const places = blocksOf(items) * BLOCK;
  const wide = width + 1;
  const table = new Float32Array(places * wide);
  for (let place = 0; place < places; place += 1) {
    const start = place * wide;
    table[start + width] = place < items ? (bias[place] as number) / 2 : NOWHERE;
    if (place < items) for (let i = 0; i < width; i += 1) table[start + i] = (rows[place * width + i] as number) / 2; // exact
  }
  return { rows: table, places };
};
/** Half the logit of a place that no item has: its root is 0. */
const NOWHERE = -1e30;

/**
 * `halves`: logits / 2, [batch, places] of `inBlocks`. Out: `roots` [batch, places], `tops` [batch, 1], `maxima`
 * [batch, blocks].
 */
export const rootsOf = (halves: Tensor) => {
  const { graph } = halves;
  const [batch, places] = halves.shape as [number, number];
  const blocks = places / BLOCK;
  // −1: the rows, however many
  const apart = graph.node('Reshape', {
    inputs: [halves, graph.integers([-1, blocks, BLOCK])],
    shape: [batch, blocks, BLOCK],
  });
  const maxima = graph.node('Reshape', {
    inputs: [reduce('ReduceMax', apart, [2]), graph.integers([-1, blocks])],
    shape: [batch, blocks],
  });
  const tops = reduce('ReduceMax', maxima, [1]);
  const roots = exp(sub(halves, tops));
  return { roots, tops, maxima };
};

/** Arrays for a graph's outputs, and what they say after a run. */
export const createStandardRoots = (batch: number, items: number) => {
  const places = blocksOf(items) * BLOCK;
  const roots = new Float32Array(batch * places);
  const tops = new Float32Array(batch);
  const maxima = new Float32Array(batch * blocksOf(items));
  const found = { roots, tops, maxima, places, means: new Float64Array(batch), scales: new Float64Array(batch) };
  return {
    arrays: { roots, tops, maxima },
    /** Of the first `count` rows; good until the next run. Summed here: an engine's sums depend on the batch. */
    read: (count: number): StandardRoots => {
      for (let row = 0; row < count; row += 1) {
        const { sum, squares } = sumsOf(roots.subarray(row * places, row * places + items));
        const mean = sum / items;
        const deviation = Math.sqrt(Math.max(0, squares / items - mean * mean));
        found.means[row] = mean;
        // of roots that are all alike nothing but rounding is left
        found.scales[row] = deviation > mean * 1e-3 ? 1 / deviation : 0;
      }
      return found;
    },
  };
};
