import { createLogger, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { migrate } from './migrate.ts';
import { createStore, type Store } from './store.ts';

export { insertTestEvents, type TestEvent } from './test-events.fixture.ts';

/** For integration tests of any room: databases of their own on the run's ClickHouse. */
export interface TestDatabase {
  /** As CLICKHOUSE_URL wants it. */
  readonly url: string;
  readonly name: string;
  drop(): Promise<void>;
}

/** The same ClickHouse with another database in its path. The database is the caller's to create and drop. */
export const withDatabase = (clickhouseUrl: string, database: string): string => {
  const url = new URL(clickhouseUrl);
  url.pathname = `/${database}`;
  return url.href;
};

/** A fresh, empty database, dropped by `drop`. */
export const freshDatabase = async (clickhouseUrl: string, prefix = 'test'): Promise<TestDatabase> => {
  const name = uniqueName(prefix);
  await runSql(clickhouseUrl, `CREATE DATABASE ${name}`);
  return {
    url: withDatabase(clickhouseUrl, name),
    name,
    drop: async () => {
      await runSql(clickhouseUrl, `DROP DATABASE ${name} SYNC`);
    },
  };
};

/** A fresh database with the newest tables, and a store on it; `drop` closes the store too. */
export const migratedStore = async (
  clickhouseUrl: string,
  prefix = 'test',
): Promise<{ readonly store: Store; readonly url: string; drop(): Promise<void> }> => {
  const database = await freshDatabase(clickhouseUrl, prefix);
  const log = createLogger('test', 'error');
  const store = createStore({ url: database.url, log, clock: systemClock });
  await migrate(store, { log });
  const drop = async () => {
    await store.close();
    await database.drop();
  };
  return { store, url: database.url, drop };
};

/** One statement over plain HTTP; its answer as text. */
export const runSql = async (clickhouseUrl: string, sql: string): Promise<string> => {
  const url = new URL(clickhouseUrl);
  const headers = {
    'x-clickhouse-user': decodeURIComponent(url.username),
    'x-clickhouse-key': decodeURIComponent(url.password),
    'x-clickhouse-database': url.pathname.slice(1),
  };
  const response = await fetch(url.origin, { method: 'POST', headers, body: sql });
  const text = await response.text();
  if (!response.ok) throw new Error(`ClickHouse refused '${sql}': ${text}`);
  return text;
};
