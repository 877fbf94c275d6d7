import type { Positions } from './positions.ts';
import type { Store } from './store.ts';
import { bucketSource, bucketStretch } from './window-rows.ts';

const DAY_MS = 86_400_000;

/**
 * The event time (epoch ms) from which at most `maxEvents` counted events of these types lie before `at`, and never
 * more than `maxDays` back: what keeps a snapshot's cost the same whether the shop has 10,000 events or 10 million.
 * Minutes are taken whole, and the newest that has any is always in, however full: an import may have one time for a
 * whole day. `at` itself where there are none.
 */
export const recentCut = async (
  store: Store,
  options: { at: number; types: readonly string[]; maxEvents: number; maxDays: number; positions?: Positions },
): Promise<number> => {
  const { at, types, maxEvents, maxDays, positions } = options;
  const from = Math.max(0, at - maxDays * DAY_MS);
  const rows = await store.query<{ cut: number; n: number }>(
    `SELECT toUnixTimestamp(min(minute)) * 1000 AS cut, count() AS n
     FROM (SELECT minute, n AS own, sum(n) OVER (ORDER BY minute DESC) AS upto
           FROM (SELECT minute, sum(events) AS n FROM ${bucketSource('minute', positions)}
                 WHERE ${bucketStretch('minute', { from, to: at + 1 })} AND toString(event_type) IN {types:Array(String)}
                 GROUP BY minute))
     WHERE upto <= {maxEvents:UInt64} OR upto = own`,
    { types, maxEvents },
    { max_threads: 1 },
  );
  const row = rows[0];
  return row === undefined || row.n === 0 ? at : Math.max(from, row.cut);
};
