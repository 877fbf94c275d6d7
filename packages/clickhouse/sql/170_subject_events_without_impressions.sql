-- An impression is nothing that a subject did: the fold leaves it out (docs/decisions/0029), and so does what it is made from.
ALTER TABLE subject_events_mv {{on_cluster}} MODIFY QUERY
SELECT topic_id, if(event_type = 'identify', coalesce(visitor_id, ''), coalesce(nullIf(user_id, ''), visitor_id, '')) AS subject,
  partition, offset, event_time, event_type, ifNull(user_id, '') AS user_id, ifNull(session_id, '') AS session_id,
  ifNull(item_id, '') AS item_id, ifNull(query, '') AS query, if(event_type = 'history', properties['events'], '') AS history
FROM events
WHERE outcome IN ('accepted', 'late') AND event_type != 'impression';
ALTER TABLE subject_events {{on_cluster}} DELETE WHERE event_type = 'impression' SETTINGS mutations_sync = 2;
