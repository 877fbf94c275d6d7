/**
 * Logits on the common scale of a fusion (fusion/common-scale.ts): the graph gives the roots of probabilities, and
 * z = (root − mean) · scale is done for the few items that somebody asks for.
 */
import type { Tensor } from '../training/graph.ts';
import { mul, sub } from '../training/operators/arithmetic.ts';
import { exp } from '../training/operators/elementwise.ts';
import { reduce } from '../training/operators/reductions.ts';
import { topPlaces } from '../training/operators/top-k.ts';
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
  /** [batch, count]: numbers of the blocks of `BLOCK` items that the best `count` items are certainly among. */
  readonly blocks: Int32Array;
}

/** z of half a logit on the scale of a row: of an item as another history would have it, beside all items as they are. */
export const onScale = ({ means, scales, tops }: StandardRoots, row: number, half: number): number =>
  (Math.exp(half - (tops[row] as number)) - (means[row] as number)) * (scales[row] as number);

/** Best items that are told apart; all where there are fewer blocks. */
export const TOP_ITEMS = 150;
const blocksOf = (items: number) => Math.ceil(items / BLOCK);
const countOf = (items: number) => Math.min(TOP_ITEMS, blocksOf(items));

/** Logits / 2 with room behind the items for whole blocks: the table and bias that a product needs for `rootsOf`. */
export const inBlocks = (rows: Float32Array, width: number, bias: Float32Array) => {
  const items = bias.length;
  const places = blocksOf(items) * BLOCK;
  const [wide, wideBias] = [new Float32Array(places * width), new Float32Array(places).fill(NOWHERE)];
  for (let at = 0; at < items * width; at += 1) wide[at] = (rows[at] as number) / 2; // exact
  for (let item = 0; item < items; item += 1) wideBias[item] = (bias[item] as number) / 2;
  return { rows: wide, bias: wideBias, places };
};
/** Half the logit of a place that no item has: its root is 0. */
const NOWHERE = -1e30;

/**
 * `halves`: logits / 2, [batch, places] of `inBlocks`. Out: `roots` [batch, places], `tops` [batch, 1], `blocks`: an item
 * among the best is in one of as many blocks with the best maxima (serving/top-items-program.ts says why). `sharpness`
 * [batch, 1]: a row's exponents times that; 1 leaves the roots as they are.
 */
export const rootsOf = (halves: Tensor, sharpness?: Tensor) => {
  const { graph } = halves;
  const [batch, places] = halves.shape as [number, number];
  const blocks = places / BLOCK;
  const tops = reduce('ReduceMax', halves, [1]);
  const below = sub(halves, tops);
  const roots = exp(sharpness ? mul(below, sharpness) : below);
  // −1: the rows, however many
  const apart = graph.node('Reshape', {
    inputs: [halves, graph.integers([-1, blocks, BLOCK])],
    shape: [batch, blocks, BLOCK],
  });
  const maxima = graph.node('Reshape', {
    inputs: [reduce('ReduceMax', apart, [2]), graph.integers([-1, blocks])],
    shape: [batch, blocks],
  });
  const best = topPlaces(maxima, Math.min(TOP_ITEMS, blocks));
  const numbers = graph.node('Cast', { inputs: [best], shape: best.shape, type: 'int32', attributes: { to: INT32 } });
  return { roots, tops, blocks: numbers };
};
/** ONNX's number of the type, as Cast wants it. */
const INT32 = 6;

/** Arrays for a graph's outputs, and what they say after a run. */
export const createStandardRoots = (batch: number, items: number) => {
  const places = blocksOf(items) * BLOCK;
  const roots = new Float32Array(batch * places);
  const tops = new Float32Array(batch);
  const blocks = new Int32Array(batch * countOf(items));
  const found = { roots, tops, blocks, places, means: new Float64Array(batch), scales: new Float64Array(batch) };
  return {
    arrays: { roots, tops, blocks },
    /** Of the first `count` rows; good until the next run. Summed here: an engine's sums depend on the batch. */
    read: (count: number): StandardRoots => {
      for (let row = 0; row < count; row += 1) {
        let [sum, squares] = [0, 0];
        for (let at = row * places; at < row * places + items; at += 1) {
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
