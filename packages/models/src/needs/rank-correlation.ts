/** Spearman's rank correlation with how sure it is. */
export interface RankCorrelation {
  /** −1 to 1: Pearson's of the ranks. */
  readonly rho: number;
  /** 95 %, by Fisher's transformation with the variance (1 + rho²/2)/(n − 3) (Bonett and Wright 2000). */
  readonly low: number;
  readonly high: number;
  /** Pairs in which both are known. */
  readonly n: number;
}

const Z_95 = 1.959964;
/** Fewer pairs have no interval. */
const LEAST_PAIRS = 4;

/** Ranks 1 … n; equal values share the mean of theirs. */
export const midRanks = (values: Float64Array): Float64Array => {
  const order = Uint32Array.from(values, (_, at) => at).sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end += 1;
    for (let at = start; at < end; at += 1) ranks[order[at] as number] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
};

/**
 * Of the pairs in which neither is NaN (unknown). Undefined with fewer than 4 of them or where one does not vary: nothing
 * is known then, which is not 0. Throws a RangeError for lists of different lengths.
 */
export const spearman = (a: ArrayLike<number>, b: ArrayLike<number>): RankCorrelation | undefined => {
  if (a.length !== b.length) throw new RangeError(`${a.length} values beside ${b.length}`);
  const known = Array.from({ length: a.length }, (_, at) => at).filter(
    (at) => !Number.isNaN(a[at]) && !Number.isNaN(b[at]),
  );
  const n = known.length;
  if (n < LEAST_PAIRS) return undefined;
  const [ranksA, ranksB] = [a, b].map((values) => midRanks(Float64Array.from(known, (at) => values[at] as number))) as [
    Float64Array,
    Float64Array,
  ];
  const middle = (n + 1) / 2;
  let [both, squaresA, squaresB] = [0, 0, 0];
  ranksA.forEach((rank, at) => {
    const [x, y] = [rank - middle, (ranksB[at] as number) - middle];
    both += x * y;
    squaresA += x * x;
    squaresB += y * y;
  });
  if (squaresA === 0 || squaresB === 0) return undefined;
  const rho = Math.max(-1, Math.min(1, both / Math.sqrt(squaresA * squaresB)));
  const half = Z_95 * Math.sqrt((1 + rho ** 2 / 2) / (n - 3));
  // the transformation of ±1 is infinite, which would be certainty: taken for the order next to a perfect one
  const nearest = 1 - 12 / (n ** 3 - n);
  const z = Math.atanh(Math.max(-nearest, Math.min(nearest, rho)));
  return { rho, low: rho === -1 ? -1 : Math.tanh(z - half), high: rho === 1 ? 1 : Math.tanh(z + half), n };
};
