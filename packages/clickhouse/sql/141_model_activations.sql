-- Where a release took force: from which offset on a scorer ranked a partition with it. Empty: the ranker without models.
CREATE TABLE IF NOT EXISTS model_activations {{on_cluster}} (
  at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), -- wall clock
  release String,
  partition UInt16,
  from_offset UInt64,
  scorer String
)
ENGINE = {{replicated}}ReplacingMergeTree
ORDER BY (release, partition, from_offset, scorer)
SETTINGS {{deduplication_window}} = 1000;
