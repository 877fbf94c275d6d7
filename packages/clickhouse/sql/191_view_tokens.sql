-- Since it was altered (file 170), ClickHouse 26.7 has called the view by its name in the tokens of what it writes; from
-- the server's next start on it calls it by its UUID. So an insert that was repeated over that start was in subject_events
-- twice, and the subject could not be folded. Renamed there and back, the view is called by its UUID at once, and no
-- insert passes it by meanwhile. Whoever alters a view again does this again.
RENAME TABLE IF EXISTS subject_events_mv TO subject_events_mv_renamed {{on_cluster}};
RENAME TABLE IF EXISTS subject_events_mv_renamed TO subject_events_mv {{on_cluster}};
