-- The kept rows again, narrow and ordered by subject: what a cold subject is folded from. Read by point, so granules are
-- small and parts compact at any size: a file a column costs more to open, seek and unpack than the few rows in it.
-- The partition comes before the subject, which is asked for with it: parts of other partitions are left out. Texts are
-- empty where events have none: a stream less a column for every insert and every read. LZ4: a granule's columns are
-- compressed each by itself, and beginning with ZSTD so often cost more than all else in this table (1.1 of 2.0
-- microseconds an event with its merges, for 6 bytes an event).
CREATE TABLE IF NOT EXISTS subject_events {{on_cluster}}
(
  topic_id UUID,
  subject String,
  partition UInt16,
  offset UInt64 CODEC(Delta, LZ4),
  event_time DateTime64(3, 'UTC') CODEC(Delta, LZ4),
  event_type Enum8('search' = 0, 'view' = 1, 'click' = 2, 'cart' = 3, 'purchase' = 4, 'return' = 5, 'impression' = 6, 'dismiss' = 7, 'identify' = 8, 'history' = 9),
  user_id String,
  session_id String,
  item_id String,
  query String,
  history String -- of history records: another subject's events
)
ENGINE = {{replicated}}MergeTree
ORDER BY (topic_id, partition, subject, offset)
SETTINGS {{deduplication_window}} = 10000, index_granularity = 256, min_bytes_for_wide_part = 1099511627776, auto_statistics_types = '';

CREATE MATERIALIZED VIEW IF NOT EXISTS subject_events_mv {{on_cluster}} TO subject_events AS
SELECT topic_id, if(event_type = 'identify', coalesce(visitor_id, ''), coalesce(nullIf(user_id, ''), visitor_id, '')) AS subject,
  partition, offset, event_time, event_type, ifNull(user_id, '') AS user_id, ifNull(session_id, '') AS session_id,
  ifNull(item_id, '') AS item_id, ifNull(query, '') AS query, if(event_type = 'history', properties['events'], '') AS history
FROM events
WHERE outcome IN ('accepted', 'late');
