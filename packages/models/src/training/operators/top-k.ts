import type { Tensor } from '../graph.ts';

export interface TopKOptions {
  /** The smallest instead of the largest. */
  readonly smallest?: boolean;
}

/** Places of the `count` largest of each row [rows, columns], best first, equal ones by place: int64 [rows, count]. */
export const topPlaces = (x: Tensor, count: number, { smallest = false }: TopKOptions = {}): Tensor => {
  const { graph, shape } = x;
  if (!(count >= 1 && count <= (shape[1] as number))) throw new RangeError(`top ${count} of ${shape[1]}`);
  return graph.node('TopK', {
    inputs: [x, graph.integers([count])],
    shape: [shape[0] as number, count],
    type: 'int64',
    attributes: { axis: 1, largest: Number(!smallest), sorted: 1 },
    place: 1,
  });
};

/** x[row, places[row, i]] for each i. Carries no gradient. */
export const takeAlong = (x: Tensor, places: Tensor): Tensor =>
  x.graph.node('GatherElements', {
    inputs: [x, places],
    shape: places.shape,
    type: x.type,
    attributes: { axis: 1 },
  });
