/**
 * Invariants
 * - A window of length w at T holds the rows with event time in (T − w, T]: it ends at the watermark, not at a bucket.
 * - The live read (buckets and raw edges) and the point-in-time read (raw rows up to positions) have one meaning; where
 *   both see the same rows they are equal to the last unit of money.
 * - Money is exact: sums of decimals, handed out as units (contracts' money.ts).
 */
import { type Conversion, conversionOf } from './conversion.ts';
import { type Positions, positionsCondition } from './positions.ts';
import { rowsWithSearchTerms } from './search-terms.ts';
import type { Store } from './store.ts';
import { coverWindow, type Stretch } from './window-cover.ts';
import { bucketColumns, bucketStretch, rawStretch, windowColumns, windowCondition } from './window-rows.ts';

export const windowKinds = ['item', 'category', 'brand', 'query'] as const;
export type WindowKind = (typeof windowKinds)[number];

/** Window lengths in ms. */
export const windowLengths = {
  '5m': 5 * 60_000,
  '1h': 3_600_000,
  '24h': 24 * 3_600_000,
  '7d': 7 * 24 * 3_600_000,
  '30d': 30 * 24 * 3_600_000,
} as const;
export type WindowName = keyof typeof windowLengths;

/** Units of money; net = gross less what was returned. */
export interface Revenue {
  readonly gross: bigint;
  readonly net: bigint;
}

export interface WindowRow {
  readonly key: string;
  readonly searches: number;
  readonly views: number;
  readonly clicks: number;
  readonly carts: number;
  readonly purchases: number;
  readonly returns: number;
  /** Pieces bought. */
  readonly quantity: number;
  readonly returnedQuantity: number;
  /** By currency as it was paid, currencies in the order of their codes. */
  readonly revenue: readonly ({ readonly currency: string } & Revenue)[];
  /** In the base currency; lines without a rate are missing from it and present in `revenue`. */
  readonly base: Revenue;
  readonly conversion: Conversion;
  /** Distinct subjects, exact; null where they were not asked for. */
  readonly users: number | null;
}

export interface WindowRequest {
  readonly kind: WindowKind;
  readonly window: WindowName;
  /** End of the window, epoch ms of event time: the shop's watermark. */
  readonly at: number;
  /** Only these keys (queries in lower case, trimmed); all where absent. */
  readonly keys?: readonly string[];
  /** Costs a scan of the window's raw rows. */
  readonly distinctUsers?: boolean;
}

interface SumRow {
  key: string;
  money: string;
  other: number;
  counts: [number, number, number, number, number, number];
  bought: number;
  returned: number;
  gross: string;
  back: string;
  base_gross: string;
  base_back: string;
}

const keyColumn = { item: 'item', category: 'category_text', brand: 'brand_text', query: 'query_text' } as const;
const countedTypes = ['search', 'view', 'click', 'cart', 'purchase', 'return'] as const;

/** Sums by key and currency; keys that were not asked for fall together into one, because rates need the total. */
const sumsSql = (kind: WindowKind, some: boolean, source: string): string => {
  const units = (column: string, type: string) => `toString(toInt128(sumIf(${column}, type = '${type}') * 10000))`;
  return `
SELECT ${some ? `if(has({keys:Array(String)}, k), k, '')` : 'k'} AS key, k_other AS other, money,
  [${countedTypes.map((type) => `toFloat64(sumIf(n, type = '${type}'))`).join(', ')}] AS counts,
  sumIf(pieces, type = 'purchase') AS bought, sumIf(pieces, type = 'return') AS returned,
  ${units('paid', 'purchase')} AS gross, ${units('paid', 'return')} AS back,
  ${units('paid_base', 'purchase')} AS base_gross, ${units('paid_base', 'return')} AS base_back
FROM (SELECT *, ${keyColumn[kind]} AS k, ${some ? 'not has({keys:Array(String)}, k)' : 'false'} AS k_other FROM (${source}))
WHERE k != ''
GROUP BY key, other, money
ORDER BY key, money`;
};

interface Sums {
  counts: number[];
  quantity: number;
  returnedQuantity: number;
  revenue: ({ currency: string } & Revenue)[];
  base: { gross: bigint; net: bigint };
}

const addTo = (sums: Sums, row: SumRow): void => {
  for (const [i, count] of row.counts.entries()) sums.counts[i] = (sums.counts[i] ?? 0) + count;
  sums.quantity += row.bought;
  sums.returnedQuantity += row.returned;
  const gross = BigInt(row.gross);
  if (row.money !== '') sums.revenue.push({ currency: row.money, gross, net: gross - BigInt(row.back) });
  sums.base.gross += BigInt(row.base_gross);
  sums.base.net += BigInt(row.base_gross) - BigInt(row.base_back);
};

const newSums = (): Sums => ({
  counts: [0, 0, 0, 0, 0, 0],
  quantity: 0,
  returnedQuantity: 0,
  revenue: [],
  base: { gross: 0n, net: 0n },
});

const funnel = (counts: readonly number[]) => ({
  views: counts[1] ?? 0,
  carts: counts[3] ?? 0,
  purchases: counts[4] ?? 0,
});

const toRows = (rows: readonly SumRow[], users: ReadonlyMap<string, number> | null): WindowRow[] => {
  const all = newSums();
  const byKey = new Map<string, Sums>();
  for (const row of rows) {
    addTo(all, row);
    if (row.other) continue;
    const sums = byKey.get(row.key) ?? newSums();
    addTo(sums, row);
    byKey.set(row.key, sums);
  }
  return [...byKey].map(([key, { counts, quantity, returnedQuantity, revenue, base }]) => {
    const [searches = 0, views = 0, clicks = 0, carts = 0, purchases = 0, returns = 0] = counts;
    return {
      key,
      ...{ searches, views, clicks, carts, purchases, returns, quantity, returnedQuantity, revenue, base },
      conversion: conversionOf(funnel(counts), funnel(all.counts)),
      users: users === null ? null : (users.get(key) ?? 0),
    };
  });
};

const stretchOf = ({ window, at }: WindowRequest): Stretch => ({ from: at - windowLengths[window] + 1, to: at + 1 });

/** Raw rows of a stretch up to `bound`, with their subject as `who`. */
const rawRows = (kind: WindowKind, stretch: Stretch, bound: string): string =>
  kind === 'query'
    ? rowsWithSearchTerms(stretch, bound)
    : `SELECT ${windowColumns}, subject AS who FROM events WHERE ${windowCondition} AND ${rawStretch(stretch)} AND ${bound}`;

const readUsers = async (store: Store, { kind, keys }: WindowRequest, rows: string): Promise<Map<string, number>> => {
  const counts = await store.query<{ key: string; users: number }>(
    `SELECT ${keyColumn[kind]} AS key, uniqExact(who) AS users FROM (${rows})
     WHERE key != '' ${keys === undefined ? '' : 'AND key IN {keys:Array(String)}'} GROUP BY key`,
    { keys: keys ?? [] },
  );
  return new Map(counts.map(({ key, users }) => [key, users]));
};

/** `source`: the rows to sum; `raw`: the same rows one by one, with their subjects. */
const read = async (store: Store, request: WindowRequest, source: string, raw: string): Promise<WindowRow[]> => {
  const sql = sumsSql(request.kind, request.keys !== undefined, source);
  const [rows, users] = await Promise.all([
    store.query<SumRow>(sql, { keys: request.keys ?? [] }),
    request.distinctUsers === true ? readUsers(store, request, raw) : null,
  ]);
  return toRows(rows, users);
};

/**
 * The window as the store knows it now, sorted by key. Whole hours and minutes from the summing tables, edges raw; search
 * terms from raw rows alone, because what a search led to is known by its subject and not by a bucket: some 2 µs a row
 * of the window, which for a month of a large shop is more than a query's minute.
 */
export const windowsAt = async (store: Store, request: WindowRequest): Promise<WindowRow[]> => {
  const stretch = stretchOf(request);
  const raw = rawRows(request.kind, stretch, 'true');
  if (request.kind === 'query') return read(store, request, raw, raw);
  const cover = coverWindow(stretch);
  const any = (conditions: string[]) => conditions.map((c) => `(${c})`).join(' OR ');
  const parts: string[] = [];
  if (cover.raw.length > 0)
    parts.push(
      `SELECT ${windowColumns} FROM events WHERE ${windowCondition} AND (${any(cover.raw.map((s) => rawStretch(s)))})`,
    );
  if (cover.minutes.length > 0)
    parts.push(
      `SELECT ${bucketColumns} FROM window_minutes WHERE ${any(cover.minutes.map((s) => bucketStretch('minute', s)))}`,
    );
  if (cover.hours.length > 0)
    parts.push(
      `SELECT ${bucketColumns} FROM window_hours WHERE ${any(cover.hours.map((s) => bucketStretch('hour', s)))}`,
    );
  return read(store, request, parts.join(' UNION ALL '), raw);
};

/**
 * Point in time: the window as it was when the store held exactly the rows up to `positions`. From raw rows, so it
 * costs a scan of the window; what training reads, never what a list waits for.
 */
export const windowsAsOf = async (
  store: Store,
  request: WindowRequest & { readonly positions: Positions },
): Promise<WindowRow[]> => {
  const raw = rawRows(request.kind, stretchOf(request), positionsCondition(request.positions));
  return read(store, request, raw, raw);
};
