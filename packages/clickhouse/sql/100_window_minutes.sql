-- What happened to each item, category, brand and search term, by minute of event time.
-- One row carries all four dimensions, so one view serves the four kinds of window: a kind is a GROUP BY of the reader.
-- The event's type is in the key and not in columns: one count and two sums for every type, and a reader that wants
-- one type reads one range. A view costs about 1 microsecond of CPU an event, so there is one on events, no more.
-- The de-duplication window is what lets a repeated insert heal a crash between events and this table (law 2).
CREATE TABLE IF NOT EXISTS window_minutes {{on_cluster}} (
  minute DateTime('UTC'),
  event_type Enum8('search' = 0, 'view' = 1, 'click' = 2, 'cart' = 3, 'purchase' = 4, 'return' = 5),
  item_id String,
  category String,
  brand String,
  query String,
  currency String,
  late UInt8,
  events UInt64,
  quantity Int64,
  amount Decimal(38, 4),
  base_amount Decimal(38, 4)
)
ENGINE = {{replicated}}SummingMergeTree((events, quantity, amount, base_amount))
ORDER BY (minute, event_type, item_id, category, brand, query, currency, late)
SETTINGS {{deduplication_window}} = 10000, merge_selector_base = 12, auto_statistics_types = '';

-- flags 96 = contracts' EXCLUDED_FROM_WINDOWS (a test compares them). Impressions, dismissals, identify and merged
-- history are no demand and are not counted. DateTime begins in 1970: older event times have no minute.
CREATE MATERIALIZED VIEW IF NOT EXISTS window_minutes_view {{on_cluster}} TO window_minutes AS
SELECT
  toStartOfMinute(event_time) AS minute,
  event_type,
  ifNull(item_id, '') AS item_id,
  category,
  brand,
  lowerUTF8(trimBoth(ifNull(query, ''))) AS query,
  if(isNull(line_amount), '', line_currency) AS currency,
  outcome = 'late' AS late,
  1 AS events,
  if(event_type IN ('cart', 'purchase', 'return'), ifNull(quantity, 1), 0) AS quantity,
  ifNull(line_amount, 0) AS amount,
  ifNull(base_amount, 0) AS base_amount
FROM events
WHERE outcome IN ('accepted', 'late')
  AND event_type IN ('search', 'view', 'click', 'cart', 'purchase', 'return')
  AND bitAnd(flags, 96) = 0
  AND event_time >= toDateTime64('1970-01-02 00:00:00', 3, 'UTC');

-- The edges of a window are read from events itself: by event time, in a table that is ordered by position.
ALTER TABLE events {{on_cluster}} ADD INDEX IF NOT EXISTS event_time_minmax event_time TYPE minmax GRANULARITY 1;
