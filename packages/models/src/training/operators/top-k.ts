import type { Tensor } from '../graph.ts';

/** Places of the `count` largest of each row [rows, columns], best first, equal ones by place: int64 [rows, count]. */
export const topPlaces = (x: Tensor, count: number): Tensor => {
  const { graph, shape } = x;
  if (!(count >= 1 && count <= (shape[1] as number))) throw new RangeError(`top ${count} of ${shape[1]}`);
  return graph.node('TopK', {
    inputs: [x, graph.integers([count])],
    shape: [shape[0] as number, count],
    type: 'int64',
    attributes: { axis: 1, largest: 1, sorted: 1 },
    place: 1,
  });
};
