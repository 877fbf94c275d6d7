/**
 * What lists led to, by release, source and place. The rule is written down once, in sql/150_attribution.sql, which this
 * and the dashboards read. Money is exact: sums of decimals, handed out as units (contracts' money.ts).
 */
import { type Interval, ratioInterval } from './attribution-intervals.ts';
import type { Store } from './store.ts';

export const attributionSplits = ['release', 'source', 'position', 'list'] as const;
export type AttributionSplit = (typeof attributionSplits)[number];

/** A purchase that names no list is the last click's, when that is not older. */
export const ATTRIBUTION_HOURS = 24;

export interface AttributionRange {
  /** Epoch ms of event time, [since, until). */
  readonly since: number;
  readonly until: number;
  /** `ATTRIBUTION_HOURS` where absent. */
  readonly hours?: number;
}

export interface AttributionRow {
  /** Release, source, place from 1, or whose list it was: `subject`, `strangers`, `similar items`. */
  readonly key: string;
  readonly subjects: number;
  /** Items of lists that subjects saw, clicked, put into the cart, dismissed: each once for a subject and a list. */
  readonly impressions: number;
  readonly clicks: number;
  readonly carts: number;
  readonly dismissals: number;
  /** Lines. */
  readonly purchases: number;
  /** Units of the base currency; net = gross less returned. */
  readonly gross: bigint;
  readonly returned: bigint;
  readonly net: bigint;
  /** Clicks per impression, purchases per click, net revenue (in whole base currency) per 1,000 impressions. */
  readonly ctr: Interval | null;
  readonly conversion: Interval | null;
  readonly revenuePerMille: Interval | null;
}

export interface Attribution {
  readonly by: Readonly<Record<AttributionSplit, readonly AttributionRow[]>>;
  /** What names a list and can't be counted, by reason: rows of the view. */
  readonly leftOut: Readonly<Record<'not listed' | 'other subject', number>>;
}

/** The view over a range, to be selected from. Literals, because a view's parameters are no parameters of a query. */
export const attributionView = ({ since, until, hours = ATTRIBUTION_HOURS }: AttributionRange): string => {
  for (const [name, value] of Object.entries({ since, until, hours }))
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} is a whole number, not ${value}`);
  return `attribution(since = ${since}, until = ${until}, hours = ${hours})`;
};

interface SumRow {
  split: AttributionSplit | 'left out';
  key: string;
  subjects: number;
  rows: number;
  counts: [number, number, number, number, number];
  gross: string;
  returned: string;
  /** [xx, xy, yy] of clicks over impressions, purchases over clicks, revenue over impressions. */
  products: [[number, number, number], [number, number, number], [number, number, number]];
}

/** [Σx², Σxy, Σy²] of two columns, as `ratioInterval` wants them. */
export const products = (x: string, y: string): string =>
  `[sum(toFloat64(${x}) * ${x}), sum(toFloat64(${x}) * ${y}), sum(toFloat64(${y}) * ${y})]`;
const units = (column: string): string => `toString(toInt128(sum(${column}) * 10000))`;

const sumsSql = (view: string): string => `
SELECT split, key, count() AS subjects, sum(n) AS rows, [sum(impressions), sum(clicks), sum(carts), sum(dismissals), sum(purchases)] AS counts,
  ${units('paid')} AS gross, ${units('back')} AS returned,
  [${products('impressions', 'clicks')}, ${products('clicks', 'purchases')}, ${products('impressions', 'net')}] AS products
FROM (
  SELECT part.1 AS split, part.2 AS key, subject, count() AS n, countIf(kind = 'impression') AS impressions, countIf(kind = 'click') AS clicks,
    countIf(kind = 'cart') AS carts, countIf(kind = 'dismiss') AS dismissals, countIf(kind = 'purchase') AS purchases,
    sum(gross) AS paid, sum(returned) AS back, toFloat64(paid - back) AS net
  FROM ${view}
  ARRAY JOIN if(status = 'counted',
    [('release', release), ('source', source), ('position', toString(position)), ('list', list_kind)],
    [('left out', status)]) AS part
  GROUP BY split, key, subject
)
GROUP BY split, key
ORDER BY split, toUInt32OrZero(key), key`;

const toRow = (row: SumRow): AttributionRow => {
  const [impressions, clicks, carts, dismissals, purchases] = row.counts;
  const [gross, returned] = [BigInt(row.gross), BigInt(row.returned)];
  const net = gross - returned;
  const ratio = (at: 0 | 1 | 2, x: number, y: number) => {
    const [xx, xy, yy] = row.products[at];
    return ratioInterval({ subjects: row.subjects, x, y, xx, xy, yy }, at < 2);
  };
  const perImpression = ratio(2, impressions, Number(net) / 10_000);
  const perMille = (end: number | null) => (end === null ? null : end * 1000);
  return {
    key: row.key,
    subjects: row.subjects,
    ...{ impressions, clicks, carts, dismissals, purchases, gross, returned, net },
    ctr: ratio(0, impressions, clicks),
    conversion: ratio(1, clicks, purchases),
    revenuePerMille:
      perImpression === null
        ? null
        : {
            value: perImpression.value * 1000,
            low: perMille(perImpression.low),
            high: perMille(perImpression.high),
          },
  };
};

/** Sorted by key, places by number. Costs a scan of the range's events and of the lists' ids (decision 0023). */
export const readAttribution = async (store: Store, range: AttributionRange): Promise<Attribution> => {
  const rows = await store.query<SumRow>(sumsSql(attributionView(range)));
  const of = (split: SumRow['split']) => rows.filter((row) => row.split === split);
  const leftOut = (key: string) => of('left out').find((row) => row.key === key)?.rows ?? 0;
  return {
    by: {
      release: of('release').map(toRow),
      source: of('source').map(toRow),
      position: of('position').map(toRow),
      list: of('list').map(toRow),
    },
    leftOut: { 'not listed': leftOut('not listed'), 'other subject': leftOut('other subject') },
  };
};
