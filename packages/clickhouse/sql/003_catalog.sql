-- One row per record of catalog.v1 that was read, tombstones and unreadable ones too, so the catalogue can be seen
-- as of any position that was read before compaction.
CREATE TABLE IF NOT EXISTS catalog {{on_cluster}}
(
  topic_id UUID CODEC(ZSTD(1)),
  partition UInt16 CODEC(ZSTD(1)),
  offset UInt64 CODEC(Delta, ZSTD(1)),
  appended_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  outcome Enum8('accepted' = 0, 'duplicate' = 1, 'late' = 2, 'quarantined' = 3),
  reason String CODEC(ZSTD(1)),
  field_path String CODEC(ZSTD(1)),
  raw String CODEC(ZSTD(1)),
  schema_id Int32,
  deleted Bool,
  item_id String CODEC(ZSTD(1)),
  title String CODEC(ZSTD(1)),
  description Nullable(String) CODEC(ZSTD(1)),
  category Array(String) CODEC(ZSTD(1)),
  brand Nullable(String) CODEC(ZSTD(1)),
  price Nullable(Decimal(18, 4)),
  currency Nullable(String) CODEC(ZSTD(1)),
  stock Nullable(Int32),
  hidden Bool,
  available_from Nullable(DateTime64(3, 'UTC')),
  available_until Nullable(DateTime64(3, 'UTC')),
  repurchase_days Nullable(Int32),
  attributes Map(String, String) CODEC(ZSTD(1))
)
ENGINE = {{replicated}}MergeTree
ORDER BY (topic_id, partition, offset)
SETTINGS {{deduplication_window}} = 10000, merge_selector_base = 12, auto_statistics_types = '';

-- The catalogue now. A recreated topic's records are newer by append time than those of the old one.
CREATE VIEW IF NOT EXISTS catalog_current {{on_cluster}} AS
SELECT * EXCEPT (outcome, reason, field_path, raw, schema_id, deleted)
FROM (SELECT * FROM catalog WHERE outcome = 'accepted' ORDER BY item_id, appended_at DESC, offset DESC LIMIT 1 BY item_id)
WHERE NOT deleted;
