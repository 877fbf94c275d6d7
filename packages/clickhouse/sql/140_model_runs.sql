-- One row for each cycle of training that came to a decision: what was learned from, what it was measured over, what the
-- gate said. The row of a cycle that was done twice is the same row.
CREATE TABLE IF NOT EXISTS model_runs {{on_cluster}} (
  release String,
  at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), -- of the decision, wall clock
  mode Enum8('full' = 0, 'warm' = 1),
  topic_id UUID,
  ranges Array(Tuple(partition UInt16, `from` UInt64, `to` UInt64)), -- learned from; `to` is not in
  slice Array(Tuple(partition UInt16, `from` UInt64, `to` UInt64)), -- measured over
  events UInt64, -- learned from
  verdict Enum8('wait' = 0, 'reject' = 1, 'pass' = 2),
  superior Bool,
  alpha_spent Float64, -- of the day's, by a claim of superiority
  reasons Array(String),
  champion String, -- what it was compared with; empty: the ranker without models
  anchor String,
  subjects UInt32, -- that it was measured over
  requests UInt32,
  left_out UInt32, -- requests without a history
  metrics Map(String, Tuple(value Float64, low Float64, high Float64)),
  losses Map(String, Float64), -- of the last epoch, by model
  weights Map(String, Float64), -- of the fusion
  coverage Float64, -- share of the catalogue that is among the first 20 of any list
  refitted Bool, -- it learned the slice too, after the gate
  seconds Map(String, Float64), -- by stage; empty where the cycle was ended by another process than began it
  artifact_uri String, -- empty where none was written
  artifact_hash String
)
ENGINE = {{replicated}}ReplacingMergeTree
ORDER BY release
SETTINGS {{deduplication_window}} = 1000;
