-- What people want, as a release's autoencoder sees it: the ends of its latent dimensions, called by what tells them.
-- Written after each release; the same release again replaces its own rows: read with FINAL.
CREATE TABLE IF NOT EXISTS needs {{on_cluster}} (
  release String,
  at DateTime64(3, 'UTC'), -- when the release was made
  need UInt16, -- 2 * latent dimension, + 1 for its lower end
  name String,
  item_ids Array(String), -- strongest first, as are all that follow
  items Array(String), -- their titles
  categories Array(String),
  words Array(String), -- of searches
  share Float64 -- of the subjects whose strongest need it is
)
ENGINE = {{replicated}}ReplacingMergeTree
ORDER BY (release, need)
TTL toDateTime(at) + INTERVAL 90 DAY;
