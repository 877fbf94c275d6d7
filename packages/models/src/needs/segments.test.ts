import { describe, expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { assignSegments, segmentShares, segmentUsers } from './segments.ts';

const WIDTH = 4;
const CENTRES = [
  [10, 0, 0, 0],
  [0, 10, 0, 0],
  [0, 0, 10, 0],
];
const SIZES = [40, 120, 80];

/** Three clouds that do not touch, of 40, 120 and 80 users, one after the other. */
const clouds = () => {
  const noise = new Float32Array(240 * WIDTH);
  createRandom(2, 906).fillNormal(noise);
  const cloudOf = SIZES.flatMap((size, cloud) => new Array<number>(size).fill(cloud));
  const values = noise.map(
    (value, at) => 0.5 * value + (CENTRES[cloudOf[Math.floor(at / WIDTH)] as number]?.[at % WIDTH] ?? 0),
  );
  return { table: { values, width: WIDTH }, cloudOf };
};
const { table, cloudOf } = clouds();

describe('segments', () => {
  test('are the clouds, numbered by size, whatever the seed', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const { segmentOf, sizes, centroids, spread } = await segmentUsers(table, { count: 3, seed });
      expect([...sizes]).toEqual([120, 80, 40]);
      expect([...segmentOf]).toEqual(cloudOf.map((cloud) => [2, 0, 1][cloud]));
      expect(centroids[1]).toBeCloseTo(10, 0);
      expect(spread).toBeCloseTo(WIDTH * 0.25, 0);
    }
  });

  test('the same seed, the same bits; found on a part, given to all', async () => {
    const one = await segmentUsers(table, { count: 5, seed: 7 });
    expect(await segmentUsers(table, { count: 5, seed: 7 })).toEqual(one);
    const { sizes } = await segmentUsers(table, { count: 3, seed: 7, fitOn: 60 });
    expect([...sizes]).toEqual([120, 80, 40]);
    expect(assignSegments(one, table)).toEqual(one.segmentOf);
  });

  test('shares are 1 at a centroid, alike in the middle, sum to 1', async () => {
    const segments = await segmentUsers(table, { count: 3, seed: 1 });
    expect([...segmentShares(segments, segments.centroids.slice(WIDTH, 2 * WIDTH))]).toEqual([0, 1, 0]);
    const middle = Float64Array.from({ length: WIDTH }, (_, at) =>
      [0, 1, 2].reduce((sum, segment) => sum + (segments.centroids[segment * WIDTH + at] as number) / 3, 0),
    );
    const shares = segmentShares(segments, middle);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    for (const share of shares) expect(share).toBeCloseTo(1 / 3, 1);
  });

  test('more segments than different users, and numbers that are none, are named', async () => {
    const same = { values: new Float32Array(50 * WIDTH), width: WIDTH };
    same.values[0] = 1;
    expect((await segmentUsers(same, { count: 2, seed: 1 })).sizes).toEqual(Int32Array.of(49, 1));
    await expect(segmentUsers(same, { count: 3, seed: 1 })).rejects.toThrow('3 segments of 2 different users');
    await expect(segmentUsers({ values: new Float32Array(0), width: WIDTH }, { count: 1, seed: 1 })).rejects.toThrow(
      'of 0',
    );
    same.values[9] = NaN;
    await expect(segmentUsers(same, { count: 2, seed: 1 })).rejects.toThrow('latents: row 2 has NaN in column 1');
    expect(() => assignSegments({ centroids: new Float64Array(6), width: 3 }, table)).toThrow('centroids of 3');
  });
});
