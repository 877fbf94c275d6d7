-- Ingest leaves out what a row of a list does not keep (services/ingest, trim-list.ts): parsed here and dropped, it was
-- half of the cost of landing a list.
ALTER TABLE lists {{on_cluster}} MODIFY COLUMN items REMOVE DEFAULT;
ALTER TABLE lists {{on_cluster}} DROP COLUMN IF EXISTS list_items;
