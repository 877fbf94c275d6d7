-- How people behave, beside what they want: a row a figure of subjects, and a row a pair of them. Read with FINAL.
CREATE TABLE IF NOT EXISTS behaviour_distributions {{on_cluster}} (
  release String,
  at DateTime64(3, 'UTC'),
  name String,
  n UInt32, -- subjects of whom it is known
  missing UInt32,
  mean Float64,
  standard_deviation Float64,
  least Float64,
  p5 Float64,
  p25 Float64,
  median Float64,
  p75 Float64,
  p95 Float64,
  most Float64,
  zeros Float64 -- share of exact zeros
)
ENGINE = {{replicated}}ReplacingMergeTree
ORDER BY (release, name)
TTL toDateTime(at) + INTERVAL 90 DAY;

CREATE TABLE IF NOT EXISTS behaviour_correlations {{on_cluster}} (
  release String,
  at DateTime64(3, 'UTC'),
  a String, -- a figure of behaviour
  b String, -- another, or a need
  is_need Bool, -- whether b is one
  rho Float64, -- Spearman's
  low Float64, -- 95 %
  high Float64,
  n UInt32
)
ENGINE = {{replicated}}ReplacingMergeTree
ORDER BY (release, a, b)
TTL toDateTime(at) + INTERVAL 90 DAY;
