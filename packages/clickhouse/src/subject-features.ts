/**
 * What a subject is like, point in time (models.md 5a: behaviour, amount and time groups).
 * Kept rows of at most `days` before `at`, outliers and robots left out. Hours and weekdays are UTC. Where there is nothing to
 * divide by, the feature is null: an indicator beside a neutral value is the reader's to make, never a silent zero.
 */
import { flags } from '@nextcart/contracts';
import type { Positions } from './positions.ts';
import type { Store } from './store.ts';
import { asOfCondition, countedCondition, rawStretch } from './window-rows.ts';

const DAY_MS = 86_400_000;

export interface SubjectFeatures {
  readonly subject: string;
  /** Events by type. */
  readonly counts: Readonly<Record<string, number>>;
  /** Events a day between the first and the last. */
  readonly eventsPerDay: number;
  readonly daysActive: number;
  /** Events by hour of the day, [24]. */
  readonly hours: readonly number[];
  /** Events by day of the week, [7], Monday first. */
  readonly weekdays: readonly number[];
  /** Carts and purchases per view. */
  readonly cartRate: number | null;
  readonly purchaseRate: number | null;
  /** Returned lines per bought line. */
  readonly returnRate: number | null;
  /** Mean base amount of a basket (purchases of one hour). */
  readonly basketValue: number | null;
  /** Base amount bought less returned. */
  readonly spend: number;
  /** Spend of the last 30 days less that of the 30 before. */
  readonly spendTrend: number;
  /** Mean decile (1..10) of the subject's lines in their category's amounts. */
  readonly amountDecile: number | null;
  /**
   * Mean over bought lines of 1 − price paid / usual price: .2 is a fifth less than usual, below 0 is dearer. A price is the
   * line's amount by piece, in the line's own currency (a change of rates is no discount). The usual one is the median,
   * of two in the middle the dearer, of the prices that all subjects paid for the item in that currency, among the same rows.
   * Lines whose amount was imputed, without an item, or of an item bought once or usually free have no say.
   */
  readonly discount: number | null;
  /** Time since the last event, and the median time between active days. */
  readonly recencyMs: number;
  readonly gapDays: number | null;
}

export interface SubjectFeaturesRequest {
  readonly at: number;
  readonly days: number;
  /** All subjects where absent. */
  readonly subjects?: readonly string[];
  /** The store as it was at these positions; all rows where absent. */
  readonly positions?: Positions;
}

const decileSql = (rows: string): string => `
  SELECT category, quantilesExact(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)(assumeNotNull(base_amount)) AS cuts
  FROM (${rows}) WHERE event_type = 'purchase' AND base_amount IS NOT NULL GROUP BY category`;

/** What a piece cost: null where the line is no purchase, or where its price is the catalogue's and not what was paid. */
const paidSql = `if(event_type = 'purchase' AND bitAnd(flags, ${flags.imputedAmount}) = 0, toFloat64(line_amount) / ifNull(quantity, 1), NULL)`;

/** An item bought once has no usual price: compared with itself it would be a silent zero. */
const usualSql = (rows: string): string => `
  SELECT item_id, line_currency, quantileExact(0.5)(assumeNotNull(paid)) AS usual
  FROM (${rows}) WHERE paid IS NOT NULL AND item_id IS NOT NULL GROUP BY item_id, line_currency HAVING count() > 1`;

/** Sorted by subject. */
export const readSubjectFeatures = async (
  store: Store,
  request: SubjectFeaturesRequest,
): Promise<SubjectFeatures[]> => {
  const { at, days, subjects } = request;
  const bound = asOfCondition(request.positions);
  const rows = `SELECT subject, event_type, event_time, category, base_amount, item_id, line_currency, ${paidSql} AS paid
    FROM events
    WHERE ${countedCondition} AND event_type != 'history' AND ${rawStretch({ from: at - days * DAY_MS + 1, to: at + 1 })} AND ${bound}`;
  const amount = (condition: string) =>
    `toFloat64(sumIf(assumeNotNull(base_amount), base_amount IS NOT NULL AND ${condition}))`;
  const spend = (when: string) =>
    `(${amount(`event_type = 'purchase' AND ${when}`)} - ${amount(`event_type = 'return' AND ${when}`)})`;
  const since = (ageDays: number) =>
    rawStretch({ from: at - ageDays * DAY_MS + 1, to: at - (ageDays - 30) * DAY_MS + 1 });
  return store.query<SubjectFeatures>(
    `SELECT subject, mapFromArrays(arrayMap(t -> t.1, types), arrayMap(t -> t.2, types)) AS counts,
       n / greatest(1, dateDiff('day', first, last) + 1) AS eventsPerDay, length(active) AS daysActive, hours, weekdays,
       if(counts['view'] = 0, NULL, counts['cart'] / counts['view']) AS cartRate,
       if(counts['view'] = 0, NULL, counts['purchase'] / counts['view']) AS purchaseRate,
       if(counts['purchase'] = 0, NULL, counts['return'] / counts['purchase']) AS returnRate,
       if(baskets = 0, NULL, bought / baskets) AS basketValue, spend, spendTrend, if(isNaN(decile), NULL, decile) AS amountDecile,
       if(isNaN(less), NULL, less) AS discount,
       {at:Int64} - toUnixTimestamp64Milli(last) AS recencyMs,
       if(length(active) < 2, NULL, arrayReduce('quantileExact(0.5)', arrayPopFront(arrayDifference(active)))) AS gapDays
     FROM (
       SELECT subject, count() AS n, min(event_time) AS first, max(event_time) AS last,
         arraySort(groupUniqArray(toUInt16(toDate(event_time)))) AS active,
         arrayMap(h -> countEqual(groupArray(toHour(event_time)) AS all_hours, h), range(24)) AS hours,
         arrayMap(d -> countEqual(groupArray(toDayOfWeek(event_time)) AS all_weekdays, d), range(1, 8)) AS weekdays,
         arrayZip(sumMap([toString(event_type)], [1]).1 AS names, sumMap([toString(event_type)], [1]).2) AS types,
         uniqExactIf(toStartOfHour(event_time), event_type = 'purchase' AND base_amount IS NOT NULL) AS baskets,
         ${amount(`event_type = 'purchase'`)} AS bought, ${spend('true')} AS spend,
         ${spend(since(30))} - ${spend(since(60))} AS spendTrend,
         avgIf(1 + arrayCount(c -> base_amount > c, cuts), event_type = 'purchase' AND base_amount IS NOT NULL) AS decile,
         avgIf(1 - assumeNotNull(paid) / usual, paid IS NOT NULL AND usual > 0) AS less
       FROM (${rows} ${subjects === undefined ? '' : 'AND subject IN {subjects:Array(String)}'}) AS r
       LEFT JOIN (${decileSql(rows)}) AS d USING (category)
       LEFT JOIN (${usualSql(rows)}) AS u USING (item_id, line_currency)
       GROUP BY subject
     )
     ORDER BY subject`,
    { at, subjects: subjects ?? [] },
  );
};
