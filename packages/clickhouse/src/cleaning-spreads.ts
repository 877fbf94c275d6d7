/**
 * What the cleaner judges by (law 4): how amounts usually are in a category, and who is no person.
 * Robust: half of a category's lines must be absurd before its median and MAD are; so flagged outliers stay in.
 */
import type { SnapshotPayloads } from '@nextcart/contracts';
import { recentCut } from './recent-cut.ts';
import type { Store } from './store.ts';
import { bucketStretch, rawStretch } from './window-rows.ts';

const LINE_TYPES = ['cart', 'purchase', 'return'] as const;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface SpreadOptions {
  /** Watermark, epoch ms. */
  readonly at: number;
  /** Days of amounts that are read, and how many of the newest lines at most (recent-cut.ts). */
  readonly amountDays: number;
  readonly maxLines: number;
  /** Lines below which a category has no spread of its own. */
  readonly minLines: number;
  /** Events an hour of event time that no person sustains. */
  readonly robotEventsPerHour: number;
}

/** In this many hours of the last day the rate must be above the bound: one busy hour makes no robot. */
export const ROBOT_HOURS = 2;
/** A robot's name is kept while it goes on; at most the busiest of these many. */
const MAX_ROBOTS = 10_000;

/** Median and MAD of ln(base amount of a cart, purchase or return line) by category, and robots, all sorted. */
export const readSpreads = async (store: Store, options: SpreadOptions): Promise<SnapshotPayloads['cleaning']> => {
  const { at, amountDays, maxLines, minLines, robotEventsPerHour } = options;
  const from = await recentCut(store, { at, types: LINE_TYPES, maxEvents: maxLines, maxDays: amountDays });
  const amounts = rawStretch({ from, to: at + 1 });
  const [spreads, robots] = await Promise.all([
    store.query<{ category: string; median: number; mad: number }>(
      `SELECT category, arrayReduce('quantileExact(0.5)', logs) AS median,
         arrayReduce('quantileExact(0.5)', arrayMap(x -> abs(x - median), logs)) AS mad
       FROM (SELECT category, groupArray(log(toFloat64(assumeNotNull(base_amount)))) AS logs FROM events
             WHERE outcome IN ('accepted', 'late') AND toString(event_type) IN {types:Array(String)} AND base_amount > 0
               AND category != '' AND ${amounts}
             GROUP BY category)
       WHERE length(logs) >= {minLines:UInt32} ORDER BY category`,
      { minLines, types: LINE_TYPES },
      { max_threads: 1 },
    ),
    store.query<{ subject: string }>(
      `SELECT subject
       FROM (SELECT subject, toStartOfHour(event_time) AS hour, count() AS n FROM events
             WHERE outcome IN ('accepted', 'late') AND event_type NOT IN ('impression', 'history', 'identify')
               AND ${rawStretch({ from: at - DAY_MS, to: at + 1 })}
             GROUP BY subject, hour HAVING n > {bound:UInt32})
       WHERE ${bucketStretch('hour', { from: at - DAY_MS, to: at + 1 })}
       GROUP BY subject HAVING count() >= ${ROBOT_HOURS}
       ORDER BY sum(n) DESC, subject LIMIT ${MAX_ROBOTS}`,
      { bound: robotEventsPerHour },
      { max_threads: 1 },
    ),
  ]);
  return {
    categories: spreads.map((row) => row.category),
    median: Float64Array.from(spreads, (row) => row.median),
    mad: Float64Array.from(spreads, (row) => row.mad),
    robots: robots.map((row) => row.subject).sort(),
  };
};
