-- What the release expects the subject to buy next, likeliest first; empty where it can't say.
ALTER TABLE lists {{on_cluster}} ADD COLUMN IF NOT EXISTS
  next_purchases Array(Tuple(item_id String, probability Float64)) CODEC(ZSTD(1)) AFTER expires_at;
