-- Jobs of the trainers that came to no end: Redis keeps the newest alone, and dashboards don't read it.
CREATE TABLE IF NOT EXISTS failed_jobs {{on_cluster}} (
  at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), -- wall clock
  id String, -- of the job; of a cycle that of its `release` job
  job LowCardinality(String),
  cancelled Bool,
  attempts UInt16,
  reason String
)
ENGINE = {{replicated}}ReplacingMergeTree
ORDER BY (id, at)
SETTINGS {{deduplication_window}} = 1000;
