/**
 * A small network that puts candidates in order by features of each candidate and of the moment: where one part of a
 * fusion is worth much and another nothing depends on what has just happened, which no fixed weights can say. Of one
 * candidate, with its features x [features] standardised and the moment's c [contexts]:
 * score = x · S c + Σ_h v_h tanh(W_h x + U_h c).
 */
export interface ListRankerShape {
  readonly features: number;
  /** The first one is 1 for all moments, by custom: a bias. */
  readonly contexts: number;
  /** 0: weights by context alone. */
  readonly hidden: number;
}

export interface ListRankerWeights {
  /** S, [features, contexts]. */
  readonly linear: Float32Array;
  /** W, [hidden, features]. */
  readonly candidate: Float32Array;
  /** U, [hidden, contexts]. */
  readonly context: Float32Array;
  /** v, [hidden]. */
  readonly output: Float32Array;
}

export interface ListRanker {
  readonly shape: ListRankerShape;
  readonly weights: ListRankerWeights;
  /** [features]: what features are standardised by, 1 / deviation. */
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

/** What a moment makes of the weights: S c, [features], and U c, [hidden]. */
export interface MomentWeights {
  readonly linear: Float32Array;
  readonly hidden: Float32Array;
}

export const momentOf = (
  { linear, context }: ListRankerWeights,
  { features, contexts, hidden }: ListRankerShape,
  moment: Float32Array,
): MomentWeights => {
  const product = (matrix: Float32Array, rows: number): Float32Array => {
    const sums = new Float32Array(rows);
    for (let row = 0; row < rows; row += 1) {
      let sum = 0;
      for (let at = 0; at < contexts; at += 1) sum += (matrix[row * contexts + at] as number) * (moment[at] as number);
      sums[row] = sum;
    }
    return sums;
  };
  return { linear: product(linear, features), hidden: product(context, hidden) };
};

/** One candidate's score; its tanh are left in `units` from `at` on. `x`: standardised features from `from` on. */
export const scoreCandidate = (
  { candidate, output }: ListRankerWeights,
  { features, hidden }: ListRankerShape,
  moment: MomentWeights,
  x: Float32Array,
  from: number,
  units: Float32Array,
  at: number,
): number => {
  let score = 0;
  for (let f = 0; f < features; f += 1) score += (moment.linear[f] as number) * (x[from + f] as number);
  for (let h = 0; h < hidden; h += 1) {
    let sum = moment.hidden[h] as number;
    for (let f = 0; f < features; f += 1) sum += (candidate[h * features + f] as number) * (x[from + f] as number);
    const unit = Math.tanh(sum);
    units[at + h] = unit;
    score += (output[h] as number) * unit;
  }
  return score;
};

/** Scores of all candidates of a list. */
export const scoreList = (
  { shape, weights, mean, scale }: ListRanker,
  /** [candidates, features]. */
  features: Float32Array,
  /** [contexts]. */
  moment: Float32Array,
  /** [candidates]. */
  into: Float32Array,
): void => {
  const own = momentOf(weights, shape, moment);
  const x = new Float32Array(shape.features);
  const units = new Float32Array(shape.hidden);
  for (let at = 0; at < into.length; at += 1) {
    for (let f = 0; f < shape.features; f += 1)
      x[f] = ((features[at * shape.features + f] as number) - (mean[f] as number)) * (scale[f] as number);
    into[at] = scoreCandidate(weights, shape, own, x, 0, units, 0);
  }
};
