/**
 * The graph of scoring a catalogue in small whole numbers: what each block of items reaches, and the products of the few
 * blocks that may reach highest. All products never leave the graph: they would be copied, which costs as much as half of them.
 */
import { createGraph, type Program, type Tensor } from '../training/graph.ts';
import { add, mul } from '../training/operators/arithmetic.ts';
import { cast } from '../training/operators/cast.ts';
import { matmul } from '../training/operators/matmul.ts';
import { reduce } from '../training/operators/reductions.ts';
import { topPlaces } from '../training/operators/top-k.ts';
import { largest, type QuantisedItems, ZERO } from './quantise.ts';

/** Items that stand next to each other and are looked at together. */
export const BLOCK = 32;

/**
 * From the steps of queries, `queries` uint8 [batch, width], and of each |x − x̂| and |x| in its steps, `sizes` float32
 * [batch, 2] (quantise.ts), to the highest of their products with the items of each block, `highest` int32 [batch, blocks];
 * which `count` blocks may reach highest, by how far that can be off, the highest first, `best` int32 [batch, count]; and the
 * products with all items of these, `products` int32 [batch, count, BLOCK].
 */
export const topItemsProgram = (
  { steps, scales, lengths, errors }: QuantisedItems,
  { width, batch, count }: { readonly width: number; readonly batch: number; readonly count: number },
): Program => {
  const blocks = scales.length;
  const graph = createGraph();
  const queries = graph.bytes('queries', [batch, width]);
  const items = graph.smallIntegers('items', steps, [width, blocks * BLOCK]);
  const zero = graph.smallIntegers('zero', Uint8Array.of(ZERO), []);
  const products = graph.node('MatMulInteger', {
    inputs: [queries, items, zero],
    shape: [batch, blocks * BLOCK],
    type: 'int32',
  });
  const inBlocks = reshaped(products, [batch, blocks, BLOCK]);
  const highest = reshaped(reduce('ReduceMax', inBlocks, [2]), [batch, blocks]);
  /** Numbers of blocks by the largest step: whatever their size, float32 can hold what is made of them. */
  const relative = (...values: readonly Float64Array[]): Float32Array => {
    const unit = largest(scales) || 1;
    return Float32Array.from(
      values.flatMap((row) => [...row]),
      (value) => value / unit,
    );
  };
  const reached = mul(cast(highest, 'float32'), graph.constant('scales', relative(scales), [blocks]));
  const off = matmul(
    graph.input('sizes', [batch, 2]),
    graph.constant('blockSizes', relative(lengths, errors), [2, blocks]),
  );
  const best = topPlaces(add(reached, off), count);
  const few = graph.node('GatherND', {
    inputs: [inBlocks, reshaped(best, [batch, count, 1])],
    shape: [batch, count, BLOCK],
    type: 'int32',
    attributes: { batch_dims: 1 },
  });
  return graph.program({ highest, best: cast(best, 'int32'), products: few });
};

const reshaped = (x: Tensor, shape: readonly number[]): Tensor =>
  x.graph.node('Reshape', { inputs: [x, x.graph.integers(shape)], shape, type: x.type });
