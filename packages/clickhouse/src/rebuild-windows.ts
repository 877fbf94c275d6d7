/**
 * Makes window_minutes and window_hours again from `events`, while ingest goes on.
 * 1. Shadow tables get views of their own, bounded to rows above the positions V at which nothing was being inserted.
 * 2. Rows up to V are read from `events` into the shadows; what ingest inserts meanwhile reaches both.
 * 3. REPLACE PARTITION puts the shadows' parts in place of the live ones, in a moment without an insert; where one
 *    slipped in, it is done again: the shadows are whole at any time.
 * Not EXCHANGE TABLES: the exchanged table has never seen the tokens of past blocks, so the repeat of a planned insert
 * after a restart of ingest (law 2) would be counted again. REPLACE PARTITION keeps the live table's memory of tokens.
 * The shadows' views being bounded to rows above V has the same reason.
 */
import { NextcartError } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import type { PositionRange } from './events-table.ts';
import { type Positions, partitionKey, positionsCondition } from './positions.ts';
import { inQuietMoment } from './quiet-moment.ts';
import type { Store } from './store.ts';
import { viewSelect } from './view-select.ts';

const MINUTES = 'window_minutes';
const HOURS = 'window_hours';
const shadow = (name: string): string => `${name}_rebuild`;
/** Offsets read at once: bounds the memory of one step to some 100 MB. */
const STEP = 1_000_000;
/** First and last offset of each partition. */
const readRanges = async (store: Store): Promise<PositionRange[]> =>
  store.query<PositionRange>(
    `SELECT toString(topic_id) AS topicId, partition, min(offset) AS first, max(offset) AS last FROM events
     GROUP BY topic_id, partition ORDER BY topicId, partition`,
  );

const lastOf = (ranges: readonly PositionRange[]): Positions =>
  Object.fromEntries(ranges.map(({ topicId, partition, last }) => [partitionKey(topicId, partition), last]));

const dropShadows = async (store: Store): Promise<void> => {
  for (const table of [MINUTES, HOURS]) await store.command(`DROP VIEW IF EXISTS ${shadow(table)}_view SYNC`);
  for (const table of [MINUTES, HOURS]) await store.command(`DROP TABLE IF EXISTS ${shadow(table)} SYNC`);
};

/** How far a partition has come, in offsets. */
export interface RebuildStep {
  readonly partition: number;
  readonly done: number;
  readonly total: number;
}

/** Answers the rows of `events` that the windows were made from, without those that came meanwhile. */
export const rebuildWindows = async (
  store: Store,
  deps: { readonly log: Logger; readonly clock: Clock; readonly onProgress?: (step: RebuildStep) => void },
): Promise<{ rows: number }> => {
  const { log } = deps;
  if (store.cluster !== undefined)
    throw new NextcartError(
      'bad_configuration',
      "windows can't be rebuilt through one node of a cluster, which does not see the other nodes' inserts: stop ingest, TRUNCATE window_minutes and window_hours ON CLUSTER, and INSERT INTO window_minutes the SELECT of window_minutes_view",
      { retry: false, context: { cluster: store.cluster } },
    );
  await dropShadows(store);
  const minutesSql = await viewSelect(store, `${MINUTES}_view`);
  const hoursSql = (await viewSelect(store, `${HOURS}_view`)).replace(`.${MINUTES}`, `.${shadow(MINUTES)}`);

  try {
    for (const table of [MINUTES, HOURS]) await store.command(`CREATE TABLE ${shadow(table)} AS ${table}`);
    await store.command(`CREATE MATERIALIZED VIEW ${shadow(HOURS)}_view TO ${shadow(HOURS)} AS ${hoursSql}`);
    const ranges = await inQuietMoment(
      { store, ...deps },
      async () => {
        const found = await readRanges(store);
        await store.command(
          `CREATE MATERIALIZED VIEW ${shadow(MINUTES)}_view TO ${shadow(MINUTES)} AS ${minutesSql} AND NOT ${positionsCondition(lastOf(found))}`,
        );
        return found;
      },
      async () => {
        await store.command(`DROP VIEW ${shadow(MINUTES)}_view SYNC`);
        for (const table of [MINUTES, HOURS]) await store.command(`TRUNCATE TABLE ${shadow(table)}`);
      },
    );
    const [{ rows } = { rows: 0 }] = await store.query<{ rows: number }>('SELECT count() AS rows FROM events');
    for (const { topicId, partition, first: begin, last } of ranges) {
      for (let first = begin; first <= last; first += STEP) {
        const range = `topic_id = '${topicId}' AND partition = ${partition} AND offset >= ${first} AND offset < ${Math.min(first + STEP, last + 1)}`;
        await store.command(
          `INSERT INTO ${shadow(MINUTES)} ${minutesSql} AND ${range}`,
          {},
          { async_insert: 0, insert_deduplicate: 0, max_threads: 1 },
        );
        deps.onProgress?.({ partition, done: Math.min(first + STEP, last + 1) - begin, total: last + 1 - begin });
        log.info({ partition, offset: Math.min(first + STEP - 1, last), last }, 'rebuilding_windows');
      }
    }
    await inQuietMoment({ store, ...deps }, async () => {
      for (const table of [MINUTES, HOURS])
        await store.command(`ALTER TABLE ${table} REPLACE PARTITION tuple() FROM ${shadow(table)}`);
    });
    log.info({ rows }, 'windows_rebuilt');
    return { rows };
  } finally {
    await dropShadows(store);
  }
};
