-- Dashboards ask by time, the tables are ordered by position: appended times grow with positions, so a minimum and a
-- maximum for each granule leave out nearly all that a range of time doesn't need.
ALTER TABLE events {{on_cluster}} ADD INDEX IF NOT EXISTS appended_at_minmax appended_at TYPE minmax GRANULARITY 1;
ALTER TABLE lists {{on_cluster}} ADD INDEX IF NOT EXISTS written_at_minmax written_at TYPE minmax GRANULARITY 1;
