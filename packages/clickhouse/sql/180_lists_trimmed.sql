-- Ingest leaves out what a row of a list does not keep (services/ingest, trim-list.ts): parsed here and dropped, it was
-- half of what landing a list cost. And a source is a plain text: looking fifty up in a dictionary was a third of the rest.
ALTER TABLE lists {{on_cluster}} MODIFY COLUMN items REMOVE DEFAULT;
ALTER TABLE lists {{on_cluster}} DROP COLUMN IF EXISTS list_items;
ALTER TABLE lists {{on_cluster}}
  MODIFY COLUMN items Array(Tuple(item_id String, score Float64, source String)) CODEC(ZSTD(1));
