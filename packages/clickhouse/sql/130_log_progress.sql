-- What services/features saw of the events' log, one row a partition a look: the broker's own count beside the store's,
-- so that dashboards can tell lag, watermark and the ledger from SQL alone.
CREATE TABLE IF NOT EXISTS log_progress {{on_cluster}} (
  at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), -- wall clock
  topic_id UUID CODEC(ZSTD(1)),
  partition UInt16 CODEC(ZSTD(1)),
  start_offset UInt64 CODEC(Delta, ZSTD(1)), -- the broker's
  end_offset UInt64 CODEC(Delta, ZSTD(1)), -- the broker's
  next_offset UInt64 CODEC(Delta, ZSTD(1)), -- the store's
  event_time Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)), -- largest of the partition's kept rows
  watermark Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)) -- the shop's
)
ENGINE = {{replicated}}MergeTree
ORDER BY (at, topic_id, partition)
TTL toDateTime(at) + INTERVAL 30 DAY;
