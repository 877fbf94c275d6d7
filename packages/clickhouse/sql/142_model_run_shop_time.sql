-- The shop's own time of a decision, that of the newest event that was measured over: a replay has many of its days in one of ours.
ALTER TABLE model_runs {{on_cluster}} ADD COLUMN IF NOT EXISTS
  shop_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) AFTER at;
