-- Groups of subjects alike, by release; numbered about by size. Written last: a release that has segments has all its rows.
CREATE TABLE IF NOT EXISTS segments {{on_cluster}} (
  release String,
  at DateTime64(3, 'UTC'),
  segment UInt16,
  name String,
  subjects UInt32,
  share Float64
)
ENGINE = {{replicated}}ReplacingMergeTree
ORDER BY (release, segment)
TTL toDateTime(at) + INTERVAL 90 DAY;
