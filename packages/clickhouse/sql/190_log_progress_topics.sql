-- Features looks at the catalogue's and the lists' logs as well, and asks how far the scorer is with the events'. Rows of
-- before are the events' log's.
ALTER TABLE log_progress {{on_cluster}} ADD COLUMN IF NOT EXISTS
  topic LowCardinality(String) DEFAULT 'behaviour-events.v1' AFTER at;
-- first offset that the scorer has still to answer, of events; NULL: nobody knows
ALTER TABLE log_progress {{on_cluster}} ADD COLUMN IF NOT EXISTS
  scorer_offset Nullable(UInt64) CODEC(ZSTD(1)) AFTER next_offset;
