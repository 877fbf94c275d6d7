-- The kept rows again, narrow and ordered by subject: what a cold subject is folded from.
CREATE TABLE IF NOT EXISTS subject_events {{on_cluster}}
(
  topic_id UUID CODEC(ZSTD(1)),
  subject String CODEC(ZSTD(1)),
  partition UInt16 CODEC(ZSTD(1)),
  offset UInt64 CODEC(Delta, ZSTD(1)),
  event_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  event_type Enum8('search' = 0, 'view' = 1, 'click' = 2, 'cart' = 3, 'purchase' = 4, 'return' = 5, 'impression' = 6, 'dismiss' = 7, 'identify' = 8, 'history' = 9),
  user_id Nullable(String) CODEC(ZSTD(1)),
  session_id Nullable(String) CODEC(ZSTD(1)),
  item_id Nullable(String) CODEC(ZSTD(1)),
  query Nullable(String) CODEC(ZSTD(1)),
  -- of history records, which carry another subject's events; empty elsewhere
  properties Map(LowCardinality(String), String) CODEC(ZSTD(1))
)
ENGINE = {{replicated}}MergeTree
ORDER BY (topic_id, subject, partition, offset)
SETTINGS {{deduplication_window}} = 10000, index_granularity = 1024;

CREATE MATERIALIZED VIEW IF NOT EXISTS subject_events_mv {{on_cluster}} TO subject_events AS
SELECT topic_id, if(event_type = 'identify', coalesce(visitor_id, ''), coalesce(nullIf(user_id, ''), visitor_id, '')) AS subject,
  partition, offset, event_time, event_type, user_id, session_id, item_id, query,
  if(event_type = 'history', properties, CAST(map(), 'Map(LowCardinality(String), String)')) AS properties
FROM events
WHERE outcome IN ('accepted', 'late');
