/**
 * Vectors as trained models give them, made: what makes approximate search easy or hard is in them. Items stand in
 * clusters, some far larger than others; later dimensions carry less; lengths differ as popularity does (the longest of
 * a million is several times the median); users lie between clusters. The same numbers in every run.
 */
const CLUSTERS = 500;
/** Noise beside centres of the same spread. */
const NOISE = 0.7;
/** Of the logarithm of items' lengths: standard deviation. */
const LENGTH_SPREAD = 0.35;
/** Of the clusters that a user is drawn to. */
const TASTES = [1, 0.7, 0.5];
/** Dimension d is scaled by 1/√(1 + d / FADE). */
const FADE = 8;

export interface MadeCatalogue {
  /** [items, width]. */
  readonly vectors: Float32Array;
  /** [users, width]. */
  readonly queries: Float32Array;
}

export const makeCatalogue = (items: number, users: number, width: number): MadeCatalogue => {
  const next = uniform(12_345);
  const scale = Float32Array.from({ length: width }, (_, at) => 1 / Math.sqrt(1 + at / FADE));
  const scaled = (at: number) => (next() - 0.5) * (scale[at % width] as number);
  const centres = Float32Array.from({ length: CLUSTERS * width }, (_, at) => scaled(at));
  const centre = (cluster: number, at: number) => centres[cluster * width + at] as number;

  const vectors = new Float32Array(items * width);
  for (let item = 0; item < items; item += 1) {
    const cluster = Math.floor(CLUSTERS * next() * next());
    const own = vectors.subarray(item * width, (item + 1) * width);
    let squares = 0;
    for (let at = 0; at < width; at += 1) {
      const value = centre(cluster, at) + NOISE * scaled(at);
      own[at] = value;
      squares += value * value;
    }
    const stretch = Math.exp(LENGTH_SPREAD * normal(next)) / Math.sqrt(squares);
    for (let at = 0; at < width; at += 1) own[at] = (own[at] as number) * stretch;
  }
  const queries = new Float32Array(users * width);
  for (let user = 0; user < users; user += 1) {
    const tastes = TASTES.map((share) => ({ share, cluster: Math.floor(CLUSTERS * next()) }));
    for (let at = 0; at < width; at += 1)
      queries[user * width + at] = tastes.reduce(
        (sum, { share, cluster }) => sum + share * centre(cluster, at),
        NOISE * scaled(at),
      );
  }
  return { vectors, queries };
};

/** Numbers in (0, 1) by Park and Miller's generator. */
const uniform = (start: number): (() => number) => {
  let seed = start;
  return () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
};

/** Nearly normal: the sum of twelve. */
const normal = (next: () => number): number => {
  let sum = -6;
  for (let at = 0; at < 12; at += 1) sum += next();
  return sum;
};
