import type { Tensor } from '../graph.ts';
import { positiveAxis, type Shape, sizeOf } from '../shape.ts';
import { cast } from './cast.ts';

/** Range [start, end) of an axis. */
export const slice = (x: Tensor, axis: number, start: number, end: number): Tensor => {
  const { graph, shape } = x;
  const at = positiveAxis(axis, shape);
  const length = shape[at] as number;
  if (!(start >= 0 && start < end && end <= length))
    throw new RangeError(`[${start}, ${end}) of an axis of length ${length}`);
  const before = shape.map((_, other) => (other === at ? start : 0));
  const after = shape.map((_, other) => (other === at ? length - end : 0));
  return graph.node('Slice', {
    inputs: [x, ...[start, end, at].map((value) => graph.integers([value]))],
    shape: shape.map((size, other) => (other === at ? end - start : size)),
    backward: (gradient) => [
      graph.node('Pad', { inputs: [gradient, graph.integers([...before, ...after]), graph.scalar(0)], shape }),
    ],
  });
};

export const concat = (parts: readonly Tensor[], axis: number): Tensor => {
  const [first] = parts;
  if (!first) throw new RangeError('nothing to put together');
  const at = positiveAxis(axis, first.shape);
  const starts: number[] = [];
  let length = 0;
  for (const { name, shape } of parts) {
    if (shape.length !== first.shape.length || shape.some((size, other) => other !== at && size !== first.shape[other]))
      throw new RangeError(`${name} [${shape.join(', ')}] beside [${first.shape.join(', ')}] along axis ${at}`);
    starts.push(length);
    length += shape[at] as number;
  }
  return first.graph.node('Concat', {
    inputs: parts,
    shape: first.shape.map((size, other) => (other === at ? length : size)),
    attributes: { axis: at },
    backward: (gradient) =>
      parts.map(({ shape }, part) => {
        const start = starts[part] as number;
        return slice(gradient, at, start, start + (shape[at] as number));
      }),
  });
};

export const reshape = (x: Tensor, shape: Shape): Tensor => {
  if (sizeOf(x.shape) !== sizeOf(shape))
    throw new RangeError(`[${x.shape.join(', ')}] and [${shape.join(', ')}] differ in size`);
  return x.graph.node('Reshape', {
    inputs: [x, x.graph.integers(shape)],
    shape,
    backward: (gradient) => [reshape(gradient, x.shape)],
  });
};

/**
 * Rows of a table [rows, width] by indices of any shape: [...indices, width]. For small tables: the gradient is as
 * large as the table. Those of items are gathered outside the graph (`sparse-layer.ts`).
 */
export const gather = (table: Tensor, indices: Tensor): Tensor => {
  const { graph, shape } = table;
  if (shape.length !== 2) throw new RangeError(`${table.name} is [${shape.join(', ')}], no table of rows`);
  const width = shape[1] as number;
  const count = sizeOf(indices.shape);
  return graph.node('Gather', {
    inputs: [table, indices],
    sources: [table],
    shape: [...indices.shape, width],
    attributes: { axis: 0 },
    backward: (gradient) => {
      const column = graph.node('Reshape', {
        inputs: [cast(indices, 'int64'), graph.integers([count, 1])],
        shape: [count, 1],
        type: 'int64',
      });
      const zeros = graph.node('Expand', { inputs: [graph.scalar(0), graph.integers(shape)], shape });
      const inputs = [zeros, column, reshape(gradient, [count, width])];
      return [graph.node('ScatterND', { inputs, shape, attributes: { reduction: 'add' } })];
    },
  });
};

/** 1 at each index, else 0: [...indices, depth]. Carries no gradient. */
export const oneHot = (indices: Tensor, depth: number): Tensor => {
  const { graph } = indices;
  const wide = [...indices.shape, 1];
  const column = graph.node('Reshape', { inputs: [indices, graph.integers(wide)], shape: wide, type: 'int32' });
  const shape = [...indices.shape, depth];
  // compared with 0 … depth − 1: the OneHot kernel knows few element types
  const same = graph.node('Equal', {
    inputs: [cast(column, 'int64'), graph.integers(Array.from({ length: depth }, (_, index) => index))],
    shape,
    type: 'bool',
  });
  return graph.node('Where', { inputs: [same, graph.scalar(1), graph.scalar(0)], shape });
};
