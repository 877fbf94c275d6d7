/**
 * The graph of scoring a catalogue: products of queries with all items, and of each query the scores that its best few
 * are certainly among. All scores never leave the graph: they would be copied, which costs as much as half the product.
 */
import { createGraph, type Program, type Tensor } from '../training/graph.ts';
import { matmul } from '../training/operators/matmul.ts';
import { reduce } from '../training/operators/reductions.ts';
import { topPlaces } from '../training/operators/top-k.ts';

export interface Catalogue {
  /** [items, width]. */
  readonly vectors: Float32Array;
  readonly width: number;
  /** [items], added to scores; absent: nothing. */
  readonly bias?: Float32Array;
}

/** Items that stand next to each other and are looked at together. */
export const BLOCK = 32;
/** Bias of the places that fill up the last block. */
const NOWHERE = -1e30;
/** ONNX's number of the type, as Cast wants it. */
const INT32 = 6;

/** Numbers of a query as the graph wants it: its own, and a 1 that takes the bias. */
export const queryWidth = ({ width }: Catalogue): number => width + 1;

/**
 * From queries [batch, queryWidth] to the few blocks of each that its best `top` items lie in: `blocks` int32
 * [batch, count], and the scores of their items, `scores` [batch, count, BLOCK]; items that fill up a block have the
 * lowest.
 */
export const topItemsProgram = (catalogue: Catalogue, batch: number, top: number): Program => {
  const wide = queryWidth(catalogue);
  const blocks = Math.ceil(catalogue.vectors.length / catalogue.width / BLOCK);
  const graph = createGraph();
  const rows = graph.constant('rows', catalogueRows(catalogue, blocks * BLOCK), [blocks * BLOCK, wide]);
  const scores = matmul(graph.input('queries', [batch, wide]), rows, { transposeB: true });

  // An item that is among the best `top` lies in one of the `top` blocks with the best maxima, equal ones by number:
  // each of those has an item that is better than all in the others, or equal and of a lower number.
  const inBlocks = reshaped(scores, [batch, blocks, BLOCK]);
  const maxima = reshaped(reduce('ReduceMax', inBlocks, [2]), [batch, blocks]);
  const count = Math.min(top, blocks);
  const best = topPlaces(maxima, count);
  const few = graph.node('GatherND', {
    inputs: [inBlocks, reshaped(best, [batch, count, 1])],
    shape: [batch, count, BLOCK],
    attributes: { batch_dims: 1 },
  });
  const numbers = graph.node('Cast', { inputs: [best], shape: best.shape, type: 'int32', attributes: { to: INT32 } });
  return graph.program({ scores: few, blocks: numbers });
};

/**
 * Vectors with their bias behind them, and rows to fill up the last block: a bias by itself would be written to all
 * scores before the product is added to them.
 */
const catalogueRows = ({ vectors, width, bias }: Catalogue, places: number): Float32Array => {
  const wide = width + 1;
  const rows = new Float32Array(places * wide);
  for (let item = 0; item < places; item += 1) {
    const isItem = item * width < vectors.length;
    if (isItem) rows.set(vectors.subarray(item * width, (item + 1) * width), item * wide);
    rows[item * wide + width] = isItem ? (bias?.[item] ?? 0) : NOWHERE;
  }
  return rows;
};

const reshaped = (x: Tensor, shape: readonly number[]): Tensor =>
  x.graph.node('Reshape', { inputs: [x, x.graph.integers(shape)], shape, type: x.type });
