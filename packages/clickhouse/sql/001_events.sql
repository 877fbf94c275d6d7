-- One row per record of behaviour-events.v1 (law 1), ordered by position: the cleaner's memory, the ledger and the
-- training ranges are read by ranges of the log. Columns in the order of contracts' landing schema.
-- No partition key: one insert must be one part, or its token would not cover it whole.
-- Text is String, never LowCardinality: looking every value up in a dictionary while Avro is read cost 1.6 of 4.3
-- microseconds an event. LZ4, the default, for text that repeats: ZSTD saves 12 bytes an event and costs 0.5 microseconds.
-- Merges are the other half of what a small insert costs: a base of 12 in place of 5 merges each row less often and
-- leaves some ten parts more. Statistics nobody asks for and files of indexes are left out of a part for the same reason:
-- creating files is what a file system is slow at.
CREATE TABLE IF NOT EXISTS events {{on_cluster}}
(
  topic_id UUID CODEC(ZSTD(1)),
  partition UInt16 CODEC(ZSTD(1)),
  offset UInt64 CODEC(Delta, ZSTD(1)),
  appended_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  source String,
  outcome Enum8('accepted' = 0, 'duplicate' = 1, 'late' = 2, 'quarantined' = 3),
  reason String,
  field_path String,
  raw String CODEC(ZSTD(1)),
  schema_id Int32 CODEC(ZSTD(1)),
  flags UInt32 CODEC(ZSTD(1)),
  category String,
  brand String,
  line_amount Nullable(Decimal(18, 4)) CODEC(ZSTD(1)),
  line_currency String,
  base_amount Nullable(Decimal(18, 4)) CODEC(ZSTD(1)),
  event_id UUID,
  event_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  event_type Enum8('search' = 0, 'view' = 1, 'click' = 2, 'cart' = 3, 'purchase' = 4, 'return' = 5, 'impression' = 6, 'dismiss' = 7, 'identify' = 8, 'history' = 9),
  visitor_id Nullable(String) CODEC(ZSTD(1)),
  user_id Nullable(String) CODEC(ZSTD(1)),
  session_id Nullable(String) CODEC(ZSTD(1)),
  item_id Nullable(String) CODEC(ZSTD(1)),
  query Nullable(String) CODEC(ZSTD(1)),
  quantity Nullable(Int32) CODEC(ZSTD(1)),
  amount Nullable(Decimal(18, 4)) CODEC(ZSTD(1)),
  currency Nullable(String),
  recomm_id Nullable(String) CODEC(ZSTD(1)),
  properties Map(String, String) CODEC(ZSTD(1)),
  -- contracts' subjectOf: identify belongs to the visitor
  subject String MATERIALIZED if(event_type = 'identify', coalesce(visitor_id, ''), coalesce(nullIf(user_id, ''), visitor_id, '')) CODEC(ZSTD(1))
)
ENGINE = {{replicated}}MergeTree
ORDER BY (topic_id, partition, offset)
SETTINGS {{deduplication_window}} = 10000, merge_selector_base = 12, auto_statistics_types = '', packed_skip_index_max_bytes = 1048576;
