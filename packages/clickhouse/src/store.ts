import { Readable } from 'node:stream';
import { ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { BACKGROUND_NICE, type Clock, type Logger, readAuthority } from '@nextcart/runtime';
import { createAskServer, IDLE_SOCKET_MS } from './ask-server.ts';
import { avroColumns, avroContainer } from './avro-container.ts';
import type { StoreConnection } from './env.ts';
import { storeError } from './store-error.ts';

/**
 * The only door to ClickHouse.
 * - One insert is one block, one part, one token: sent whole, parsed by one thread, never split or merged with others.
 * - Repeating an insert under its token is a no-op for the table and completes the views.
 * - Every error is a NextcartError: `store_unavailable` (try again, unchanged) or `store_refused` (never will).
 */
export type Settings = ClickHouseSettings;

export interface AvroBatch {
  /** Writer schema, JSON text; its field names are the table's columns. */
  readonly schema: string;
  readonly rows: number;
  /** Encoded datums, any number a piece. */
  readonly parts: readonly Uint8Array[];
}

export interface InsertOptions {
  /** De-duplication token; needed wherever the insert may be repeated. */
  readonly token?: string;
  readonly settings?: Settings;
  readonly signal?: AbortSignal;
}

/** Of an insert of whole records, which may be repeated. */
export interface RecordInsertOptions extends InsertOptions {
  readonly token: string;
  /** A table of the same columns in place of the record's own. */
  readonly into?: string;
}

export interface Store {
  readonly database: string;
  readonly cluster: string | undefined;
  readonly clock: Clock;
  /** Rows as objects. 64-bit integers arrive as numbers; times are best selected as `toUnixTimestamp64Milli(t)`. */
  query<T>(sql: string, params?: Record<string, unknown>, settings?: Settings): Promise<T[]>;
  /** The same for a question of a few rows that somebody waits for: sent at once. */
  ask<T>(sql: string, settings?: Settings): Promise<T[]>;
  /** A statement without an answer. */
  command(sql: string, params?: Record<string, unknown>, settings?: Settings): Promise<void>;
  insertRows(table: string, rows: readonly object[], options?: InsertOptions): Promise<void>;
  insertAvro(table: string, batch: AvroBatch, options: InsertOptions & { readonly token: string }): Promise<void>;
  /** Whether the server answers and knows us; never throws. */
  ping(): Promise<boolean>;
  /** Resolves when the server answers; waits for ever, or until the signal. */
  waitUntilReady(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Rows that one insert may hold and still be one block (law 2). */
const ONE_BLOCK_ROWS = '1048576';
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

const querySettings: Settings = {
  max_execution_time: 60,
  output_format_json_quote_64bit_integers: 0,
  // read by the thread that needs it: handing each read to a pool of threads took most of a point read's CPU
  local_filesystem_read_method: 'pread',
};

export const insertSettings: Settings = {
  async_insert: 0, // a token needs a synchronous insert
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  max_insert_block_size: ONE_BLOCK_ROWS,
  min_insert_block_size_rows: ONE_BLOCK_ROWS,
  min_insert_block_size_bytes: '0', // by rows alone
  max_insert_threads: '1',
  input_format_parallel_parsing: 0,
  wait_end_of_query: 1, // the status line tells the end, not the beginning
};

/** Nothing is sent before the first call. */
export const createStore = (
  deps: StoreConnection & {
    readonly log: Logger;
    readonly clock: Clock;
    /** Bounds every call. */
    readonly requestTimeoutMs?: number;
    /** The server's threads stand back for other work of the machine while they work for this client. */
    readonly background?: boolean;
  },
): Store => {
  const { log, clock, cluster, requestTimeoutMs = 60_000 } = deps;
  const url = new URL(deps.url);
  const database = url.pathname.slice(1) || 'default';
  const remote = !LOOPBACK.has(url.hostname);
  const username = decodeURIComponent(url.username) || 'default';
  const password = decodeURIComponent(url.password);
  const ca = deps.caFile === undefined ? undefined : readAuthority('CLICKHOUSE_CA_FILE', deps.caFile);
  const application = 'nextcart';
  const server = createAskServer({ url, database, username, password, ca, application, timeoutMs: requestTimeoutMs });
  const ownSettings: Settings = deps.background === true ? { os_thread_priority: String(BACKGROUND_NICE) } : {};
  const client = createClient({
    ...{ url: url.origin, username, password, database },
    application,
    request_timeout: requestTimeoutMs,
    max_open_connections: 16,
    clickhouse_settings: ownSettings,
    compression: { request: remote, response: remote }, // on loopback it is only CPU
    keep_alive: { enabled: true, idle_socket_ttl: IDLE_SOCKET_MS },
    use_multipart_params_auto: true, // thousands of subjects don't fit in a URL
    log: { level: ClickHouseLogLevel.OFF }, // errors are thrown to callers, who know what they mean
    ...(ca === undefined ? {} : { tls: { ca_cert: Buffer.from(ca) } }),
  });

  const attempt = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw storeError(error, what);
    }
  };
  const settingsOf = (options: InsertOptions): Settings => ({
    ...insertSettings,
    ...(options.token === undefined ? {} : { insert_deduplication_token: options.token }),
    ...options.settings,
  });
  const abort = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { abort_signal: signal });

  const store: Store = {
    database,
    cluster,
    clock,
    query: <T>(sql: string, params = {}, settings = {}) =>
      attempt(`the query '${head(sql)}'`, async () => {
        const answer = await client.query({
          query: sql,
          format: 'JSONEachRow',
          query_params: params,
          clickhouse_settings: { ...querySettings, ...settings },
        });
        return answer.json<T>();
      }),
    ask: <T>(sql: string, settings = {}) =>
      attempt(`the query '${head(sql)}'`, async () => {
        const lines = await server.ask(`${sql} FORMAT JSONEachRow`, { ...ownSettings, ...querySettings, ...settings });
        return JSON.parse(`[${lines.trimEnd().replaceAll('\n', ',')}]`) as T[]; // a text's own line ends are escaped
      }),
    command: (sql, params = {}, settings = {}) =>
      attempt(`the command '${head(sql)}'`, async () => {
        await client.command({ query: sql, query_params: params, clickhouse_settings: settings });
      }),
    insertRows: (table, rows, options = {}) =>
      attempt(`the insert into ${table}`, async () => {
        const [first, ...others] = [...new Set(rows.flatMap((row) => Object.keys(row)))];
        if (first === undefined) return;
        await client.insert({
          table,
          // named, or an ephemeral column would be left out and a misspelt one would vanish without a word
          columns: [first, ...others],
          values: [...rows],
          format: 'JSONEachRow',
          clickhouse_settings: settingsOf(options),
          ...abort(options.signal),
        });
      }),
    insertAvro: (table, batch, options) =>
      attempt(`the insert into ${table}`, async () => {
        const { stream } = await client.exec({
          query: `INSERT INTO ${table} (${avroColumns(batch.schema)}) FORMAT Avro`,
          values: Readable.from(avroContainer(batch.schema, batch.rows, batch.parts), { objectMode: false }),
          clickhouse_settings: settingsOf(options),
          ...abort(options.signal),
        });
        for await (const _ of stream); // empty, and must be read for the socket to be free again
      }),
    ping: async () => (await client.ping({ select: true })).success,
    waitUntilReady: async (signal) => {
      for (let tries = 0; ; tries += 1) {
        const answer = await client.ping({ select: true });
        if (answer.success) return;
        signal?.throwIfAborted();
        if (tries % 10 === 0) log.warn({ reason: answer.error.message, host: url.host }, 'waiting_for_clickhouse');
        await clock.sleep(Math.min(100 * 2 ** tries, 2000), signal);
      }
    },
    close: async () => {
      server.close();
      await client.close();
    },
  };
  return store;
};

const head = (sql: string): string => sql.replaceAll(/\s+/g, ' ').trim().slice(0, 80);
