-- Each subject's strongest needs and segment. A partition a release, so that old releases go without a merge: kept are
-- those of the newest ten (subject-needs.ts). Read with FINAL, as `needs`.
CREATE TABLE IF NOT EXISTS subject_needs {{on_cluster}} (
  release String,
  at DateTime64(3, 'UTC'),
  subject String,
  segment UInt16,
  needs Array(UInt16), -- strongest first
  strengths Array(Float32) -- of each: standard deviations from the mean subject
)
ENGINE = {{replicated}}ReplacingMergeTree
PARTITION BY release
ORDER BY subject;
