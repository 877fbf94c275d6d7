import { expect, test } from 'vitest';
import type { SeedTallies } from './figures.ts';
import { metricsOf } from './metrics.ts';

/** Ten people of four sessions each who all do alike. */
const tallyOf = (purchases: number) => {
  const column = (value: number) => new Float64Array(10).fill(value);
  return {
    ...{ sessions: column(4), purchases: column(4 * purchases), revenue: column(400 * purchases) },
    ...{ views: column(0), carts: column(0), impressions: column(0), clicks: column(0) },
  };
};
const tallies: SeedTallies = {
  ...{ none: tallyOf(1), trending: tallyOf(2), neighbours: tallyOf(3), neural: tallyOf(5), oracle: tallyOf(6) },
};

test('what is compared in purchases has the names that are looked for, in revenue its own', () => {
  const metrics = metricsOf([tallies, tallies], [1, 2]);
  const expected = {
    ...{ neural_over_neighbours: 2, neural_over_trending: 3, neural_over_none: 4 },
    ...{ oracle_over_trending: 4, share_of_oracle_gap: 0.75 },
  };
  for (const [name, value] of Object.entries(expected))
    expect([name, `${name}.low`, `${name}.high`, `${name}@seed_2`].map((one) => metrics[one])).toEqual(
      Array.from({ length: 4 }, () => value),
    );
  expect(metrics['revenue_per_session.neural_over_trending']).toBe(300);
  expect(metrics['purchases_per_session.oracle']).toBe(6);
});
