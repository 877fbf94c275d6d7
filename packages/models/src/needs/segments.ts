/**
 * Segments of users: k-means over their latents. Invariants: the same seed gives the same segments; they are numbered by
 * size, largest first, so that a number says something.
 */
import { createRandom, permutation } from '../training/random.ts';
import { rowsIn, type Table } from './table-of-numbers.ts';

export interface Segments {
  /** [segments, width]. */
  readonly centroids: Float64Array;
  readonly width: number;
  /** [users], number of their segment. */
  readonly segmentOf: Int32Array;
  /** [segments], users in each. */
  readonly sizes: Int32Array;
  /** Mean squared distance of a user from their segment's centroid. */
  readonly spread: number;
}

export interface SegmentOptions {
  readonly count: number;
  readonly seed: number;
  /** Users that centroids are found on, drawn by the seed; all are given a segment. 20,000. */
  readonly fitOn?: number;
  /** Beginnings that are tried, of which the tightest result is kept; 3. */
  readonly starts?: number;
}

const PURPOSE = 302;

/**
 * `latents` [users, width]; leave users without a history out, they all lie at one point. Throws a RangeError for numbers
 * that are not finite and for fewer different users than segments.
 */
export const segmentUsers = async (
  latents: Table,
  { count, seed, fitOn = 20_000, starts = 3 }: SegmentOptions,
): Promise<Segments> => {
  const users = rowsIn(latents, 'latents');
  const { width } = latents;
  const drawn = permutation(users, createRandom(seed, PURPOSE)).subarray(0, fitOn);
  const points = Array.from(drawn, (user) => Array.from(latents.values.subarray(user * width, (user + 1) * width)));
  const distinct = distinctUpTo(points, count);
  if (!(count >= 1 && distinct === count)) throw new RangeError(`${count} segments of ${distinct} different users`);

  // loaded when first needed: 20 MB that a process which only ranks never asks for
  const { kmeans } = await import('ml-kmeans');
  let best: Segments | undefined;
  for (let start = 0; start < starts; start += 1) {
    // the library's seeds are whole numbers of 32 bits
    const own = createRandom(seed, PURPOSE, start).below(2 ** 31);
    const { centroids } = kmeans(points, count, { seed: own, initialization: 'kmeans++' });
    const found = numberedBySize(latents, users, Float64Array.from(centroids.flat()));
    if (best === undefined || found.spread < best.spread) best = found;
  }
  return best as Segments;
};

/** Segment of each user of other latents: the nearest centroid, of equally near ones the larger segment. */
export const assignSegments = (
  { centroids, width }: Pick<Segments, 'centroids' | 'width'>,
  latents: Table,
): Int32Array => {
  if (latents.width !== width) throw new RangeError(`latents of ${latents.width} numbers, centroids of ${width}`);
  return Int32Array.from({ length: rowsIn(latents, 'latents') }, (_, user) => {
    const distances = squaredDistances(centroids, width, latents.values, user * width);
    return distances.indexOf(Math.min(...distances));
  });
};

/**
 * How much of each segment is in a user, [segments], sums to 1: fuzzy memberships 1/d² (fuzzy c-means with m = 2; Bezdek
 * 1981), which stay apart in many dimensions, where chances under Gaussians are all 0 or 1.
 */
export const segmentShares = ({ centroids, width }: Segments, latent: Float32Array | Float64Array): Float64Array => {
  const distances = squaredDistances(centroids, width, latent, 0);
  const at = distances.indexOf(0);
  if (at >= 0) return Float64Array.from(distances, (_, segment) => Number(segment === at));
  const total = distances.reduce((sum, distance) => sum + 1 / distance, 0);
  return Float64Array.from(distances, (distance) => 1 / distance / total);
};

/** How many points differ; counts no further than `most`. */
const distinctUpTo = (points: readonly (readonly number[])[], most: number): number => {
  const seen = new Set<string>();
  for (const point of points) {
    if (seen.size >= most) break;
    seen.add(point.join());
  }
  return seen.size;
};

const squaredDistances = (
  centroids: Float64Array,
  width: number,
  values: Float32Array | Float64Array,
  start: number,
): number[] =>
  Array.from({ length: centroids.length / width }, (_, segment) => {
    let sum = 0;
    for (let at = 0; at < width; at += 1)
      sum += ((values[start + at] as number) - (centroids[segment * width + at] as number)) ** 2;
    return sum;
  });

const numberedBySize = (latents: Table, users: number, centroids: Float64Array): Segments => {
  const { width, values } = latents;
  const given = assignSegments({ centroids, width }, latents);
  const counts = new Int32Array(centroids.length / width);
  for (const segment of given) counts[segment] = (counts[segment] as number) + 1;
  const order = [...counts.keys()].sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  const numberOf = Int32Array.from(order);
  order.forEach((old, number) => void (numberOf[old] = number));
  const sorted = Float64Array.from(order.flatMap((old) => [...centroids.subarray(old * width, (old + 1) * width)]));
  const segmentOf = given.map((old) => numberOf[old] as number);
  let spread = 0;
  segmentOf.forEach((segment, user) => {
    for (let at = 0; at < width; at += 1)
      spread += ((values[user * width + at] as number) - (sorted[segment * width + at] as number)) ** 2 / users;
  });
  return { centroids: sorted, width, segmentOf, sizes: Int32Array.from(order, (old) => counts[old] as number), spread };
};
