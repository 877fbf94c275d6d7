/**
 * What came of places whose items were drawn out of those that were not going to be shown. A list names them with the
 * chance that each item had of its place (contracts' EXPLORED_KEY): a click counts one over it, and so does a showing.
 */
import { EXPLORED_KEY } from '@nextcart/contracts';
import { type AttributionRange, attributionView, products } from './attribution.ts';
import { type Interval, ratioInterval } from './attribution-intervals.ts';
import type { Store } from './store.ts';

export interface ExploredRow {
  readonly subjects: number;
  /** As in `AttributionRow`, of explored places alone. */
  readonly impressions: number;
  readonly clicks: number;
  readonly ctr: Interval | null;
  /**
   * Σ clicks / propensity over Σ impressions / propensity: the share that would have been clicked, had each item that might
   * have been drawn been shown, all of them alike, however many a list had (self-normalised inverse propensity, Swaminathan
   * and Joachims 2015).
   */
  readonly weightedCtr: Interval | null;
}

interface SumRow {
  subjects: number;
  impressions: number;
  clicks: number;
  shown: number;
  clicked: number;
  /** [xx, xy, yy] of clicks over impressions, of both by their weights. */
  products: [[number, number, number], [number, number, number]];
}

/** Null where no explored place was shown or clicked. */
export const readExplored = async (store: Store, range: AttributionRange): Promise<ExploredRow | null> => {
  const [row] = await store.query<SumRow>(
    `SELECT count() AS subjects, sum(seen) AS impressions, sum(hit) AS clicks, sum(seen_for) AS shown, sum(hit_for) AS clicked,
       [${products('seen', 'hit')}, ${products('seen_for', 'hit_for')}] AS products
     FROM (
       SELECT subject, countIf(kind = 'impression') AS seen, countIf(kind = 'click') AS hit,
         sumIf(1 / chance, kind = 'impression') AS seen_for, sumIf(1 / chance, kind = 'click') AS hit_for
       FROM (
         SELECT f.subject AS subject, f.kind AS kind, toFloat64OrZero(l.chances[toString(f.position)]) AS chance
         FROM ${attributionView(range)} AS f
         INNER JOIN (
           SELECT recomm_id, extractKeyValuePairs(snapshots['${EXPLORED_KEY}'], ':', ',') AS chances FROM lists
           WHERE outcome = 'accepted' AND NOT deleted AND mapContains(snapshots, '${EXPLORED_KEY}')
           LIMIT 1 BY recomm_id
         ) AS l ON l.recomm_id = f.recomm_id
         WHERE f.status = 'counted' AND f.kind IN ('impression', 'click')
       )
       WHERE chance > 0
       GROUP BY subject
     )`,
  );
  if (row === undefined || row.subjects === 0) return null;
  const { subjects, impressions, clicks, shown, clicked } = row;
  const ratio = (x: number, y: number, [xx, xy, yy]: readonly [number, number, number]) =>
    ratioInterval({ subjects, x, y, xx, xy, yy }, true);
  return {
    ...{ subjects, impressions, clicks },
    ctr: ratio(impressions, clicks, row.products[0]),
    weightedCtr: ratio(shown, clicked, row.products[1]),
  };
};
