/** The graph of scoring a catalogue in small whole numbers, and what each block of items reaches in them. */
import { createGraph, type Program, type Tensor } from '../training/graph.ts';
import { reduce } from '../training/operators/reductions.ts';
import { ZERO } from './quantise.ts';

/** Items that stand next to each other and are looked at together. */
export const BLOCK = 32;

/**
 * From the steps of queries, `queries` uint8 [batch, width], to their products with all items, `products` int32 [batch,
 * places], and the highest of each block, `highest` int32 [batch, blocks].
 */
export const topItemsProgram = (steps: Int8Array, width: number, batch: number): Program => {
  const places = steps.length / width;
  const blocks = places / BLOCK;
  const graph = createGraph();
  const queries = graph.bytes('queries', [batch, width]);
  const items = graph.smallIntegers('items', steps, [width, places]);
  const zero = graph.smallIntegers('zero', Uint8Array.of(ZERO), []);
  const products = graph.node('MatMulInteger', {
    inputs: [queries, items, zero],
    shape: [batch, places],
    type: 'int32',
  });
  const highest = reduce('ReduceMax', reshaped(products, [batch, blocks, BLOCK]), [2]);
  return graph.program({ products, highest: reshaped(highest, [batch, blocks]) });
};

const reshaped = (x: Tensor, shape: readonly number[]): Tensor =>
  x.graph.node('Reshape', { inputs: [x, x.graph.integers(shape)], shape, type: x.type });
