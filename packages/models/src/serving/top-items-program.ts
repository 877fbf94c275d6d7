/**
 * The graph of scoring a catalogue: products of queries with all items and the best few of each, exact. It is in the
 * graph because scores that leave it are copied, which costs as much as half of the product.
 */
import { createGraph, type Graph, type Program, type Tensor } from '../training/graph.ts';
import { matmul } from '../training/operators/matmul.ts';
import { reduce } from '../training/operators/reductions.ts';
import { takeAlong, topPlaces } from '../training/operators/top-k.ts';

export interface Catalogue {
  /** [items, width]. */
  readonly vectors: Float32Array;
  readonly width: number;
  /** [items], added to scores; absent: nothing. */
  readonly bias?: Float32Array;
}

/** Items that stand next to each other and are looked at together. */
const BLOCK = 32;
/** Bias of the places that fill up the last block. */
const NOWHERE = -1e30;
/** ONNX's number of the type, as Cast wants it. */
const INT32 = 6;

/** From queries [batch, width] to `items` int32 and `scores` [batch, top], best first, equal ones by item number. */
export const topItemsProgram = ({ vectors, width, bias }: Catalogue, batch: number, top: number): Program => {
  const items = vectors.length / width;
  const blocks = Math.ceil(items / BLOCK);
  const places = blocks * BLOCK;
  const graph = createGraph();
  const rows = new Float32Array(places * width);
  rows.set(vectors);
  const biases = new Float32Array(places).fill(NOWHERE, items);
  if (bias) biases.set(bias);
  const scores = matmul(graph.input('queries', [batch, width]), graph.constant('vectors', rows, [places, width]), {
    transposeB: true,
    bias: graph.constant('bias', biases, [places]),
  });

  // An item that is among the best `top` lies in one of the `top` blocks with the best maxima: each of those has an item
  // that is better than all in the others, or equal and of a lower number.
  const inBlocks = reshaped(scores, [batch, blocks, BLOCK]);
  const maxima = reshaped(reduce('ReduceMax', inBlocks, [2]), [batch, blocks]);
  const best = topPlaces(maxima, Math.min(top, blocks));
  // in order of their numbers again, so that equal scores stay in the order of items
  const chosen = takeAlong(best, topPlaces(best, best.shape[1] as number, { smallest: true }));
  const few = blocksOf(inBlocks, chosen);
  const found = topPlaces(few, top);
  return graph.program({ items: itemsAt(graph, chosen, found), scores: takeAlong(few, found) });
};

const reshaped = (x: Tensor, shape: readonly number[]): Tensor =>
  x.graph.node('Reshape', { inputs: [x, x.graph.integers(shape)], shape, type: x.type });

/** Scores of the chosen blocks [batch, count], side by side: [batch, count · BLOCK]. */
const blocksOf = (inBlocks: Tensor, chosen: Tensor): Tensor => {
  const [batch, count] = chosen.shape as readonly [number, number];
  const gathered = inBlocks.graph.node('GatherND', {
    inputs: [inBlocks, reshaped(chosen, [batch, count, 1])],
    shape: [batch, count, BLOCK],
    attributes: { batch_dims: 1 },
  });
  return reshaped(gathered, [batch, count * BLOCK]);
};

/** Items at places among the chosen blocks: block · BLOCK + rest. */
const itemsAt = (graph: Graph, chosen: Tensor, found: Tensor): Tensor => {
  const binary = (operator: string, a: Tensor, b: Tensor) =>
    graph.node(operator, { inputs: [a, b], shape: found.shape, type: 'int64' });
  const size = graph.integers([BLOCK]);
  const block = takeAlong(chosen, binary('Div', found, size));
  const items = binary('Add', binary('Mul', block, size), binary('Mod', found, size));
  return graph.node('Cast', { inputs: [items], shape: found.shape, type: 'int32', attributes: { to: INT32 } });
};
