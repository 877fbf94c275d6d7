-- One row per record of recommendations.v1: every published list with all its stamps (promise 1).
CREATE TABLE IF NOT EXISTS lists {{on_cluster}}
(
  topic_id UUID CODEC(ZSTD(1)),
  partition UInt16 CODEC(ZSTD(1)),
  offset UInt64 CODEC(Delta, ZSTD(1)),
  written_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), -- broker append time of the list's own record
  landed_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), -- ingest had it
  outcome Enum8('accepted' = 0, 'duplicate' = 1, 'late' = 2, 'quarantined' = 3),
  reason String CODEC(ZSTD(1)),
  field_path String CODEC(ZSTD(1)),
  raw String CODEC(ZSTD(1)),
  schema_id Int32 CODEC(ZSTD(1)),
  deleted Bool CODEC(ZSTD(1)), -- a tombstone: the subject was forgotten
  subject String CODEC(ZSTD(1)),
  recomm_id String CODEC(ZSTD(1)),
  -- as it was published; what the catalogue knows as well (titles, prices) and the reasons stay in the topic
  list_items Array(Tuple(item_id String, score Float64, source String, title String, category String,
    price Nullable(Decimal(18, 4)), currency Nullable(String),
    reasons Array(Tuple(kind String, subject String, weight Float64)))) EPHEMERAL,
  items Array(Tuple(item_id String, score Float64, source LowCardinality(String)))
    DEFAULT arrayMap(item -> (item.item_id, item.score, item.source), list_items) CODEC(ZSTD(1)),
  release String CODEC(ZSTD(1)),
  snapshots Map(String, String) CODEC(ZSTD(1)),
  catalog_position String CODEC(ZSTD(1)),
  events_partition Int32 CODEC(ZSTD(1)),
  trigger_offset Int64 CODEC(Delta, ZSTD(1)), -- -1 where no event triggered it
  event_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  appended_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  state_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  scored_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  published_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  expires_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  n_items UInt16 MATERIALIZED length(items),
  -- the stages of the way from event to list, in milliseconds
  fetch_ms Int64 MATERIALIZED dateDiff('millisecond', appended_at, received_at),
  state_ms Int64 MATERIALIZED dateDiff('millisecond', received_at, state_at),
  score_ms Int64 MATERIALIZED dateDiff('millisecond', state_at, scored_at),
  publish_ms Int64 MATERIALIZED dateDiff('millisecond', scored_at, published_at),
  write_ms Int64 MATERIALIZED dateDiff('millisecond', published_at, written_at),
  total_ms Int64 MATERIALIZED dateDiff('millisecond', appended_at, written_at)
)
ENGINE = {{replicated}}MergeTree
ORDER BY (topic_id, partition, offset)
SETTINGS {{deduplication_window}} = 10000, merge_selector_base = 12, auto_statistics_types = '', packed_skip_index_max_bytes = 1048576;
