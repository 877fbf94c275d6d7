-- Immutable inputs of lists, named by the hash of their bytes; the newest row of a kind is the one in force.
-- Bytes travel as base64, because a JSON row can't hold them.
CREATE TABLE IF NOT EXISTS snapshots {{on_cluster}} (
  kind LowCardinality(String),
  created_at DateTime64(3, 'UTC') DEFAULT now64(3),
  hash String,
  as_of DateTime64(3, 'UTC'),
  positions Map(String, Int64),
  payload_base64 String EPHEMERAL,
  payload String DEFAULT base64Decode(payload_base64) CODEC(ZSTD(1)),
  bytes UInt64 MATERIALIZED length(payload)
)
ENGINE = {{replicated}}MergeTree
ORDER BY (kind, created_at);
