-- The same by hour, fed from the minutes: windows of days would else read a row for every minute of every item.
CREATE TABLE IF NOT EXISTS window_hours {{on_cluster}} (
  hour DateTime('UTC'),
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
ORDER BY (hour, event_type, item_id, category, brand, query, currency, late)
SETTINGS {{deduplication_window}} = 10000, merge_selector_base = 12, auto_statistics_types = '';

CREATE MATERIALIZED VIEW IF NOT EXISTS window_hours_view {{on_cluster}} TO window_hours AS
SELECT toStartOfHour(minute) AS hour, * EXCEPT (minute)
FROM window_minutes;
