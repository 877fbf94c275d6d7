-- Ingest leaves out what a row of a list does not keep and names `items` itself (services/ingest, trim-list.ts): parsed
-- here and dropped, it was half of what landing a list cost. Whole items of an older ingest are still taken. A source is a
-- plain text: looking fifty up in a dictionary was a third of the rest. Rows of before are rewritten in the background.
ALTER TABLE lists {{on_cluster}} MODIFY COLUMN items Array(Tuple(item_id String, score Float64, source String))
  DEFAULT arrayMap(item -> (item.item_id, item.score, item.source), list_items) CODEC(ZSTD(1)) SETTINGS alter_sync = 0;
