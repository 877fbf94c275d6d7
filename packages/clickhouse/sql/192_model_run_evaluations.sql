-- What serves is measured, too, when nothing was trained: a row that decides nothing, of the release in force (`champion`).
ALTER TABLE model_runs {{on_cluster}}
  MODIFY COLUMN mode Enum8('full' = 0, 'warm' = 1, 'evaluation' = 2),
  MODIFY COLUMN verdict Enum8('wait' = 0, 'reject' = 1, 'pass' = 2, 'measured' = 3);
