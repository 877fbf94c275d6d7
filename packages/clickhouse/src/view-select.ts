import { NextcartError } from '@nextcart/contracts';
import type { Store } from './store.ts';

/** What a materialized view selects, as the server keeps it: it ends within its WHERE. */
export const viewSelect = async (store: Store, view: string): Promise<string> => {
  const rows = await store.query<{ sql: string }>(
    'SELECT as_select AS sql FROM system.tables WHERE database = {database:String} AND name = {view:String}',
    { database: store.database, view },
  );
  const sql = rows[0]?.sql;
  if (sql === undefined || sql === '')
    throw new NextcartError('store_refused', `the view ${view} is missing: run 'nextcart setup'`, { retry: false });
  return sql;
};
