import { type ListRankerShape, type ListRankerWeights, momentOf, scoreCandidate } from './list-ranker.ts';

/** One list: standardised features [size, features] whose first candidate is the chosen one, and its moment [contexts]. */
export interface ChosenFirst {
  readonly x: Float32Array;
  readonly size: number;
  readonly moment: Float32Array;
}

/** Candidates with less weight in the softmax than this move nothing. */
const NEGLIGIBLE = 1e-6;

/** −log softmax of the chosen candidate, and its gradient added to `gradients`. */
export const addListGradient = (
  weights: ListRankerWeights,
  shape: ListRankerShape,
  { x, size, moment }: ChosenFirst,
  gradients: ListRankerWeights,
): number => {
  const { features, contexts, hidden } = shape;
  const own = momentOf(weights, shape, moment);
  const units = new Float32Array(size * hidden);
  const scores = new Float64Array(size);
  let most = -Infinity;
  for (let at = 0; at < size; at += 1) {
    scores[at] = scoreCandidate(weights, shape, own, x, at * features, units, at * hidden);
    most = Math.max(most, scores[at] as number);
  }
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - most);
  const toLinear = new Float64Array(features);
  const toHidden = new Float64Array(hidden);
  for (let at = 0; at < size; at += 1) {
    const slope = Math.exp((scores[at] as number) - most) / sum - Number(at === 0);
    if (Math.abs(slope) < NEGLIGIBLE) continue;
    const from = at * features;
    for (let f = 0; f < features; f += 1) toLinear[f] = (toLinear[f] as number) + slope * (x[from + f] as number);
    for (let h = 0; h < hidden; h += 1) {
      const unit = units[at * hidden + h] as number;
      gradients.output[h] = (gradients.output[h] as number) + slope * unit;
      const inner = slope * (weights.output[h] as number) * (1 - unit * unit);
      toHidden[h] = (toHidden[h] as number) + inner;
      const row = h * features;
      for (let f = 0; f < features; f += 1)
        gradients.candidate[row + f] = (gradients.candidate[row + f] as number) + inner * (x[from + f] as number);
    }
  }
  addOuter(toLinear, moment, contexts, gradients.linear);
  addOuter(toHidden, moment, contexts, gradients.context);
  return most + Math.log(sum) - (scores[0] as number);
};

const addOuter = (rows: Float64Array, moment: Float32Array, contexts: number, into: Float32Array): void => {
  rows.forEach((value, row) => {
    for (let at = 0; at < contexts; at += 1)
      into[row * contexts + at] = (into[row * contexts + at] as number) + value * (moment[at] as number);
  });
};
