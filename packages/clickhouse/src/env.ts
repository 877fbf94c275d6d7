import { z } from 'zod';

/** Variables of every process that talks to ClickHouse; spread into its own shape. */
export const clickhouseEnv = {
  /** `https:` is TLS; the path is the database */
  CLICKHOUSE_URL: z
    .url({ protocol: /^https?$/, error: 'expected http(s)://user:password@host:port/database' })
    .refine((text) => new URL(text).pathname.length > 1, 'names no database: add /nextcart to its end'),
  /** set: tables are made `ON CLUSTER` with `Replicated*` engines */
  CLICKHOUSE_CLUSTER: z.string().regex(/^\w+$/).optional(),
  /** PEM file of the authority that signed the server's certificate, where it is not a public one */
  CLICKHOUSE_CA_FILE: z.string().optional(),
};

export interface StoreConnection {
  /** http(s)://user:password@host:port/database */
  readonly url: string;
  readonly cluster?: string;
  readonly caFile?: string;
}

/** The variables as `createStore` wants them. */
export const clickhouseConnection = (env: {
  readonly CLICKHOUSE_URL: string;
  readonly CLICKHOUSE_CLUSTER?: string | undefined;
  readonly CLICKHOUSE_CA_FILE?: string | undefined;
}): StoreConnection => ({
  url: env.CLICKHOUSE_URL,
  ...(env.CLICKHOUSE_CLUSTER === undefined ? {} : { cluster: env.CLICKHOUSE_CLUSTER }),
  ...(env.CLICKHOUSE_CA_FILE === undefined ? {} : { caFile: env.CLICKHOUSE_CA_FILE }),
});
