/**
 * Trending: score(i) = Σ over events of i of weight(type) · 2^(−age / half-life), where age counts whole steps from the
 * event's step to the watermark's: minutes for half-lives below a day, hours from there on. So a list changes at most
 * once a step while nothing happens. Events older than REACH_HALF_LIVES (weight below 0.4 %) are left out; half-lives
 * below an hour skip late rows, which would look like news.
 * Sums are of integers (2^-30 of an event), so they don't depend on the order in which the store adds.
 */
import { type SnapshotPayloads, TRENDING_HALF_LIVES_S } from '@nextcart/contracts';
import type { Positions } from './positions.ts';
import type { Store } from './store.ts';
import { bucketSource } from './window-rows.ts';

export const TRENDING_WEIGHTS = { view: 1, click: 1, cart: 4, purchase: 10 } as const;
export const REACH_HALF_LIVES = 8;
const SCALE = 2 ** 30;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

const weightSql = `transform(toString(event_type), [${Object.keys(TRENDING_WEIGHTS)
  .map((type) => `'${type}'`)
  .join(', ')}], [${Object.values(TRENDING_WEIGHTS).join(', ')}], 0)`;

export interface TrendingRequest {
  /** Watermark, epoch ms. */
  readonly at: number;
  /** Items of each half-life. */
  readonly top: number;
  /** The store as it was at these positions; all rows where absent. */
  readonly positions?: Positions;
}

/** Score columns of one table; 0 for the half-lives that the other table keeps. */
const partSql = (
  bucket: 'minute' | 'hour',
  stepS: number,
  keeps: (halfLifeS: number) => boolean,
  { at, positions }: TrendingRequest,
): string => {
  const atS = Math.floor(at / 1000);
  const now = Math.floor(atS / stepS) * stepS;
  const reach = Math.max(...TRENDING_HALF_LIVES_S.filter(keeps)) * REACH_HALF_LIVES;
  const scores = TRENDING_HALF_LIVES_S.map((halfLife, i) => {
    if (!keeps(halfLife)) return `toInt64(0) AS s${i}`;
    const young = `age <= ${halfLife * REACH_HALF_LIVES}${halfLife < HOUR_S ? ' AND late = 0' : ''}`;
    return `sum(if(${young}, toInt64(events * ${weightSql} * toInt64(round(${SCALE} * exp2(-age / ${halfLife})))), 0)) AS s${i}`;
  });
  return `SELECT item_id, ${scores.join(', ')}
    FROM (SELECT *, ${now} - toUnixTimestamp(${bucket}) AS age FROM ${bucketSource(bucket, positions)}
          WHERE ${bucket} >= toDateTime(${Math.max(0, now - reach)}, 'UTC') AND ${bucket} <= toDateTime(${now}, 'UTC')
            AND event_type IN ('view', 'click', 'cart', 'purchase') AND item_id != '')
    GROUP BY item_id`;
};

/** The best `top` items of each half-life at `at`, items sorted by id, scores [halfLives, items]. */
export const readTrending = async (store: Store, request: TrendingRequest): Promise<SnapshotPayloads['trending']> => {
  const names = TRENDING_HALF_LIVES_S.map((_, i) => `s${i}`);
  const ranks = names.map((s) => `if(${s} > 0, row_number() OVER (ORDER BY ${s} DESC, item_id), 4294967295) AS r_${s}`);
  const rows = await store.query<{ item_id: string; scores: number[] }>(
    `SELECT item_id, [${names.map((s) => `toFloat64(${s})`).join(', ')}] AS scores
     FROM (SELECT item_id, ${names.join(', ')}, ${ranks.join(', ')}
           FROM (SELECT item_id, ${names.map((s) => `sum(${s}) AS ${s}`).join(', ')}
                 FROM (${partSql('minute', 60, (h) => h < DAY_S, request)}
                       UNION ALL ${partSql('hour', HOUR_S, (h) => h >= DAY_S, request)})
                 GROUP BY item_id))
     WHERE least(${names.map((s) => `r_${s}`).join(', ')}) <= {top:UInt32}
     ORDER BY item_id`,
    { top: request.top },
    { max_threads: 1 },
  );
  const scores = new Float32Array(TRENDING_HALF_LIVES_S.length * rows.length);
  for (const [column, row] of rows.entries())
    for (const [halfLife, score] of row.scores.entries()) scores[halfLife * rows.length + column] = score / SCALE;
  return { items: rows.map((row) => row.item_id), scores };
};
