import { expect, test } from 'vitest';
import { nameOf, scoringMetrics } from './metrics.ts';

test('20,000 items on one thread are named by their batch, all else by more', () => {
  const metrics = Object.assign(
    {},
    ...[1, 8, 32].map((batch) => scoringMetrics(nameOf({ batch, threads: 1, items: 20_000 }), [30, 20, 40], 10)),
  ) as Record<string, number>;
  expect(metrics).toMatchObject({
    ...{ 'us_per_user@1': 30, 'us_per_user@8': 30, 'us_per_user@32': 30, 'ratio_to_floor@8': 2 },
  });
  expect(nameOf({ batch: 32, threads: 2, items: 1_000_000 })).toBe('32_2_threads_1m_items');
  expect(nameOf({ batch: 'approximate', threads: 1, items: 100_000 })).toBe('approximate_100k_items');
});
