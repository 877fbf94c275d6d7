/** Where the four servers are. The same four names as environment variables: `stackEnv`. */
export interface StackUrls {
  /** `host:port[,host:port]` */
  readonly kafkaBrokers: string;
  /** `http://user:password@host:port/database` */
  readonly clickhouseUrl: string;
  readonly redisUrl: string;
  readonly schemaRegistryUrl: string;
}
export type Env = Readonly<Record<string, string | undefined>>;

const names = {
  kafkaBrokers: 'KAFKA_BROKERS',
  clickhouseUrl: 'CLICKHOUSE_URL',
  redisUrl: 'REDIS_URL',
  schemaRegistryUrl: 'SCHEMA_REGISTRY_URL',
} as const satisfies Record<keyof StackUrls, string>;

/** Servers that the environment names: these are used and not provisioned. An empty variable names none. */
export const urlsFromEnv = (env: Env): Partial<StackUrls> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([key, name]) =>
      env[name] === undefined || env[name] === '' ? [] : [[key, env[name]]],
    ),
  );

/** The environment of a service that uses these servers. */
export const stackEnv = (urls: StackUrls): Record<string, string> =>
  Object.fromEntries(Object.entries(names).map(([key, name]) => [name, urls[key as keyof StackUrls]]));
