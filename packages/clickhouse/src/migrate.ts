import { join } from 'node:path';
import { NextcartError } from '@nextcart/contracts';
import type { Logger } from '@nextcart/runtime';
import { type MigrationFile, readMigrations, renderSql, splitStatements } from './migration-file.ts';
import type { Store } from './store.ts';

/**
 * Brings a database up to the SQL files.
 * - A file is applied once, in the order of its number, and recorded after its last statement; statements are
 *   idempotent (`IF NOT EXISTS`), so a file that was cut by a crash, or that two processes apply at once, is safe.
 * - An applied file never changes: what a database holds must be what the files say.
 */
const FOLDER = join(import.meta.dirname, '..', 'sql');

const LEDGER = `CREATE TABLE IF NOT EXISTS migrations {{on_cluster}}
  (name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
  ENGINE = {{replicated}}MergeTree ORDER BY name`;

/** Waits for the server, applies what is missing, returns the names of the files applied now. */
export const migrate = async (
  store: Store,
  options: { readonly log: Logger; readonly directory?: string; readonly signal?: AbortSignal },
): Promise<string[]> => {
  const { log } = options;
  await store.waitUntilReady(options.signal);
  await store.command(renderSql(LEDGER, store.cluster));
  const rows = await store.query<{ name: string; checksum: string }>('SELECT name, checksum FROM migrations');
  const applied = new Map(rows.map((row) => [row.name, row.checksum]));
  const files = readMigrations(options.directory ?? FOLDER);
  for (const file of files) refuseChanged(file, applied.get(file.name));
  const missing = files.filter((file) => !applied.has(file.name));
  for (const { name, text, checksum } of missing) {
    for (const statement of splitStatements(renderSql(text, store.cluster))) await store.command(statement);
    await store.insertRows('migrations', [{ name, checksum }]);
    log.info({ file: name, database: store.database }, 'migration_applied');
  }
  return missing.map((file) => file.name);
};

/** Names of the SQL files that a database lacks, and of those that it has in another wording. Changes nothing. */
export const pendingMigrations = async (store: Store): Promise<{ missing: string[]; changed: string[] }> => {
  const tables = await store.query<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = {database:String} AND name = 'migrations'",
    { database: store.database },
  );
  const rows =
    tables.length === 0
      ? []
      : await store.query<{ name: string; checksum: string }>('SELECT name, checksum FROM migrations');
  const applied = new Map(rows.map((row) => [row.name, row.checksum]));
  const files = readMigrations(FOLDER);
  return {
    missing: files.filter(({ name }) => !applied.has(name)).map(({ name }) => name),
    changed: files.filter(({ name, checksum }) => (applied.get(name) ?? checksum) !== checksum).map(({ name }) => name),
  };
};

const refuseChanged = (file: MigrationFile, applied: string | undefined): void => {
  if (applied === undefined || applied === file.checksum) return;
  throw new NextcartError(
    'bad_configuration',
    `${file.name} was applied to this database and has changed since: put it back as it was and write the change as a file with a new number (on a development database: start with --fresh)`,
    { retry: false, context: { file: file.name, applied, now: file.checksum } },
  );
};
