import { createAdam } from '../training/adam.ts';
import { createRandom } from '../training/random.ts';
import { cosineRate } from '../training/schedule.ts';
import type { ListRanker, ListRankerShape, ListRankerWeights } from './list-ranker.ts';
import { addListGradient } from './list-ranker-gradient.ts';

/** Lists of equal size of which the first candidate was chosen, the others drawn evenly from what was not. */
export interface ChosenLists {
  readonly size: number;
  /** [lists, size, features]. */
  readonly features: Float32Array;
  /** [lists, contexts]. */
  readonly moments: Float32Array;
}

export interface ListRankerOptions {
  readonly hidden: number;
  readonly epochs: number;
  /** Lists in a step. */
  readonly batch: number;
  /** Of Adam, falling by a cosine. */
  readonly rate: { readonly from: number; readonly to: number };
  /** Of the weights' squares, for each list. */
  readonly decay: number;
  readonly seed: number;
}

const PURPOSES = { start: 501, order: 502 } as const;

/**
 * Minimises the mean of −log softmax of the chosen candidate over the lists `rows` (all, where absent). With others drawn
 * evenly the softmax over a list has the weights of that over everything (McFadden 1978), whatever the size. The same
 * seed and lists give the same bits. Throws a RangeError for arrays that don't fit, no list, or what is no finite number.
 */
export const trainListRanker = (
  lists: ChosenLists,
  { features, contexts }: Omit<ListRankerShape, 'hidden'>,
  { hidden, epochs, batch, rate, decay, seed }: ListRankerOptions,
  rows: readonly number[] = [...Array(lists.moments.length / contexts).keys()],
): ListRanker => {
  const shape = { features, contexts, hidden };
  const { size } = lists;
  const length = size * features;
  if (lists.features.length !== (lists.moments.length / contexts) * length)
    throw new RangeError(`${lists.features.length} features for lists of ${size} candidates`);
  if (rows.length === 0) throw new RangeError('no list to learn from');
  const { mean, scale } = spreadOf(lists.features, features, rows, length);
  const weights = startingWeights(shape, seed);
  const gradients = zerosLike(weights);
  const [all, slopes] = [Object.values(weights), Object.values(gradients)];
  const adam = createAdam(all);
  const x = new Float32Array(length);
  const steps = epochs * Math.ceil(rows.length / batch);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const order = shuffled(rows, seed, epoch);
    for (let start = 0; start < order.length; start += batch) {
      const some = order.slice(start, start + batch);
      for (const one of slopes) one.fill(0);
      for (const row of some) {
        for (let at = 0; at < length; at += 1)
          x[at] =
            ((lists.features[row * length + at] as number) - (mean[at % features] as number)) *
            (scale[at % features] as number);
        const moment = lists.moments.subarray(row * contexts, (row + 1) * contexts);
        const loss = addListGradient(weights, shape, { x, size, moment }, gradients);
        if (!Number.isFinite(loss)) throw new RangeError(`the loss of list ${row} is ${loss}`);
      }
      slopes.forEach((slope, at) => {
        const own = all[at] as Float32Array;
        for (let i = 0; i < slope.length; i += 1)
          slope[i] = (slope[i] as number) / some.length + decay * (own[i] as number);
      });
      adam.step(slopes, { rate: cosineRate(step, { steps, ...rate }) });
      step += 1;
    }
  }
  return { shape, weights, mean, scale };
};

const startingWeights = ({ features, contexts, hidden }: ListRankerShape, seed: number): ListRankerWeights => {
  const random = createRandom(seed, PURPOSES.start);
  const even = (length: number, inputs: number) =>
    Float32Array.from({ length }, () => (2 * random.next() - 1) / Math.sqrt(inputs));
  return {
    linear: new Float32Array(features * contexts),
    candidate: even(hidden * features, features),
    context: even(hidden * contexts, contexts),
    output: new Float32Array(hidden),
  };
};

const zerosLike = (weights: ListRankerWeights): ListRankerWeights => ({
  linear: new Float32Array(weights.linear.length),
  candidate: new Float32Array(weights.candidate.length),
  context: new Float32Array(weights.context.length),
  output: new Float32Array(weights.output.length),
});

/** A feature that never differs says nothing: its scale is 0. */
const spreadOf = (values: Float32Array, features: number, rows: readonly number[], length: number) => {
  const [sums, squares] = [new Float64Array(features), new Float64Array(features)];
  for (const row of rows)
    for (let at = 0; at < length; at += 1) {
      const value = values[row * length + at] as number;
      sums[at % features] = (sums[at % features] as number) + value;
      squares[at % features] = (squares[at % features] as number) + value * value;
    }
  const count = (rows.length * length) / features;
  const mean = Float32Array.from(sums, (sum) => sum / count);
  const scale = Float32Array.from(squares, (square, f) => {
    const variance = square / count - ((sums[f] as number) / count) ** 2;
    return variance > 1e-9 ? 1 / Math.sqrt(variance) : 0;
  });
  return { mean, scale };
};

const shuffled = (rows: readonly number[], seed: number, epoch: number): number[] => {
  const random = createRandom(seed, PURPOSES.order, epoch);
  const order = [...rows];
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
  return order;
};
