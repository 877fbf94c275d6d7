import { clickhouseEnv } from '@nextcart/clickhouse';
import { kafkaEnv, kafkaEnvRule, registryEnv } from '@nextcart/kafka';
import { type EnvSource, parseCrash, parseEnv, serviceEnv } from '@nextcart/runtime';
import { z } from 'zod';
import { faultPoints } from './fault-point.ts';
import { FILL_TURNS, LISTS_WAIT } from './partition.ts';

/** One insert is one block (law 2); the store's setting for a block is above this. */
export const MAX_BLOCK_ROWS = 1_000_000;

const schema = z.object({
  ...serviceEnv,
  ...kafkaEnv,
  ...registryEnv,
  ...clickhouseEnv,
  /** A row costs ClickHouse an eighth less in blocks of 250,000 than of 100,000, and there a quarter less than of 50,000. */
  INGEST_BATCH_ROWS: z.coerce.number().int().min(1).default(250_000),
  /** Some 250,000 events, and just below 64 MiB: a partition's buffer doubles, and so ends there. */
  INGEST_BATCH_BYTES: z.coerce.number().int().min(65_536).default(64_000_000),
  /** How long an event may wait for company, five times that while more waits in the log: an insert with its views costs some 30 ms, however small. */
  INGEST_FLUSH_MS: z.coerce.number().int().min(1).default(2000),
  /** Without an advance for this long while records wait, a partition is stalled (promise 13). */
  INGEST_STALL_MS: z.coerce.number().int().min(1000).default(30_000),
  /** JSON: {"base": "EUR", "rates": {"USD": "0.92"}}; absent: the file of this room, euro with the rates of one day. */
  RATES_FILE: z.string().optional(),
  /** Fault injection, used by tests alone: `planned:3` kills the process at the third batch that reaches the point. */
  INGEST_CRASH_AT: z
    .string()
    .transform((text) => parseCrash(faultPoints, text))
    .optional(),
});
export type IngestEnv = z.output<typeof schema>;

const oneBlock = (env: IngestEnv): string | undefined =>
  env.INGEST_BATCH_ROWS > MAX_BLOCK_ROWS
    ? `INGEST_BATCH_ROWS is ${env.INGEST_BATCH_ROWS}: above ${MAX_BLOCK_ROWS} an insert may be split, and a repeat of it would double rows`
    : undefined;

/** In turns of the timer: of lists while more of them wait in the log. */
const LONGEST_WAIT = (FILL_TURNS + 1) * LISTS_WAIT;

const stallAboveFlush = (env: IngestEnv): string | undefined =>
  env.INGEST_STALL_MS <= LONGEST_WAIT * env.INGEST_FLUSH_MS
    ? `INGEST_STALL_MS must be above ${LONGEST_WAIT} times INGEST_FLUSH_MS: a batch that waits for company would count as a stall`
    : undefined;

export const readEnv = (source: EnvSource = process.env): Readonly<IngestEnv> =>
  parseEnv(schema, source, [kafkaEnvRule, oneBlock, stallAboveFlush]);
