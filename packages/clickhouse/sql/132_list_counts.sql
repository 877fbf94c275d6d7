-- What became of the lists that scorers ranked, counted since each scorer's last row: the topic holds published ones
-- only, and how many were suppressed as unchanged is known to the scorer alone.
CREATE TABLE IF NOT EXISTS list_counts {{on_cluster}} (
  at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), -- wall clock
  kind LowCardinality(String), -- whose list: a subject's, an item's, the strangers'
  published UInt32,
  unchanged UInt32
)
ENGINE = {{replicated}}MergeTree
ORDER BY at
TTL toDateTime(at) + INTERVAL 30 DAY;
