import { EXCLUDED_FROM_WINDOWS } from '@nextcart/contracts';
import { type Positions, positionsCondition } from './positions.ts';
import type { Stretch } from './window-cover.ts';

/**
 * Invariant: a row of `events` means the same here and in the view of sql/100_window_minutes.sql; the property test
 * of windows compares both with a third account in TypeScript.
 */

/** Rows that may count at all: kept, and neither an outlier nor a robot's. */
export const countedCondition = `outcome IN ('accepted', 'late') AND bitAnd(flags, ${EXCLUDED_FROM_WINDOWS}) = 0`;

/** Rows that windows count: impressions, dismissals, identify and merged history are no demand. */
export const windowCondition = `${countedCondition} AND event_type IN ('search', 'view', 'click', 'cart', 'purchase', 'return')
  AND event_time >= toDateTime64('1970-01-02 00:00:00', 3, 'UTC')`;

/** Columns of the window tables made from a raw row. */
export const windowColumns = `
  toString(event_type) AS type, ifNull(item_id, '') AS item, category AS category_text, brand AS brand_text,
  lowerUTF8(trimBoth(ifNull(query, ''))) AS query_text, if(isNull(line_amount), '', line_currency) AS money,
  toUInt64(1) AS n, toInt64(if(event_type IN ('cart', 'purchase', 'return'), ifNull(quantity, 1), 0)) AS pieces,
  toDecimal128(ifNull(line_amount, 0), 4) AS paid, toDecimal128(ifNull(base_amount, 0), 4) AS paid_base`;

/** The same columns of window_minutes and window_hours. */
export const bucketColumns = `
  toString(event_type) AS type, item_id AS item, category AS category_text, brand AS brand_text, query AS query_text,
  currency AS money, events AS n, quantity AS pieces, amount AS paid, base_amount AS paid_base`;

/** Rows up to these positions; all where absent. */
export const asOfCondition = (positions: Positions | undefined): string =>
  positions === undefined ? 'true' : positionsCondition(positions);

/**
 * window_minutes or window_hours as a source of `events` by type and item; with positions as it was when the store held
 * the rows up to them: counted from raw rows then, which costs a scan.
 */
export const bucketSource = (bucket: 'minute' | 'hour', positions: Positions | undefined): string =>
  positions === undefined
    ? `window_${bucket}s`
    : `(SELECT ${bucket === 'minute' ? 'toStartOfMinute' : 'toStartOfHour'}(event_time) AS ${bucket}, event_type,
        ifNull(item_id, '') AS item_id, outcome = 'late' AS late, 1 AS events
      FROM events WHERE ${windowCondition} AND ${positionsCondition(positions)})`;

/** Epoch ms as a DateTime64 literal; integers only, so nothing can be smuggled in. */
export const timeLiteral = (ms: number): string => `fromUnixTimestamp64Milli(${Math.trunc(ms)}, 'UTC')`;

/** The first whole second at or after `ms`: a bucket that begins within a second is before or after it, never in it. */
const seconds = (ms: number): string => `toDateTime(${Math.max(0, Math.ceil(ms / 1000))}, 'UTC')`;

export const rawStretch = ({ from, to }: Stretch): string =>
  `event_time >= ${timeLiteral(from)} AND event_time < ${timeLiteral(to)}`;

/** Buckets that begin in the stretch. */
export const bucketStretch = (column: 'minute' | 'hour', { from, to }: Stretch): string =>
  `${column} >= ${seconds(from)} AND ${column} < ${seconds(to)}`;
