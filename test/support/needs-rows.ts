/** Needs of two releases for dashboards: the older knows one segment that the newer has lost to another. */
import type { ReleaseNeeds } from '@nextcart/clickhouse';

const figure = {
  n: 100,
  missing: 3,
  mean: 2,
  standardDeviation: 1,
  least: 0,
  p5: 0,
  p25: 1,
  median: 2,
  p75: 3,
  p95: 4,
};

/** `at`: of the newer one, epoch ms. */
export const releasesWithNeeds = (at: number): readonly ReleaseNeeds[] =>
  [
    { release: 'older', at: at - 1_200_000, segments: ['Cups', 'Tea'] },
    { release: 'newer', at, segments: ['Cups', 'Bikes'] },
  ].map(({ segments, ...release }) => ({
    ...release,
    needs: segments.map((name, segment) => ({
      ...{ need: 2 * segment, name: `${name} · ${release.release}`, itemIds: ['i1'], items: ['Blue cup'] },
      ...{ categories: segment === 0 ? [name] : [], words: ['cup'], share: 0.25 + segment / 2 },
    })),
    subjects: Array.from({ length: 20 }, (_, at) => ({
      ...{ subject: `u${at}`, segment: at % 2, needs: [2 * (at % 2), 1], strengths: [1 + (at % 3), 0.5] },
    })),
    segments: segments.map((name, segment) => ({ segment, name, subjects: 10, share: 0.5 })),
    distributions: ['spend', 'views'].map((name) => ({ name, ...figure, most: 9, zeros: 0.2 })),
    correlations: [
      { a: 'spend', b: 'views', isNeed: false, rho: 0.75, low: 0.5, high: 0.875, n: 100 },
      { a: 'spend', b: `need 0: ${segments[0]}`, isNeed: true, rho: -0.5, low: -0.625, high: -0.25, n: 100 },
      { a: 'views', b: `need 0: ${segments[0]}`, isNeed: true, rho: 0.125, low: -0.125, high: 0.375, n: 100 },
    ],
  }));
