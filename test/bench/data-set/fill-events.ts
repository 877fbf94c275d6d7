/** Events made by the server itself, so that ten million are there within minutes. */
import type { Store } from '@nextcart/clickhouse';
import type { LogSlice } from '@nextcart/contracts';

export const TOPIC_ID = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e0b';
const PARTITIONS = 4;
/** Of one insert: a minute is the longest that a client waits. */
const ROWS_AT_ONCE = 500_000;
/** Of visits; a visitor comes some ten times. */
const VISIT = 10;

/**
 * So many rows of `events` alone, without what views make of them: visits of ten in one partition, a twentieth of it
 * searches, a fiftieth purchases, 20,000 items of which few are looked at often. Returns their slices of the log.
 */
export const fillEvents = async (store: Store, rows: number, told: (done: number) => void): Promise<LogSlice[]> => {
  const views = await store.query<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'MaterializedView'`,
    {},
  );
  for (const { name } of views) await store.command(`DROP VIEW ${name}`);
  for (let first = 0; first < rows; first += ROWS_AT_ONCE) {
    await store.command(
      `INSERT INTO events (topic_id, partition, offset, outcome, event_id, event_time, event_type, visitor_id, item_id, query, category, base_amount)
       SELECT '${TOPIC_ID}', number % ${PARTITIONS} AS part, intDiv(number, ${PARTITIONS}), 'accepted', generateUUIDv4(),
         fromUnixTimestamp64Milli(toInt64(1790000000000 + number * 50)),
         multiIf(number % 20 = 0, 'search', number % 50 = 1, 'purchase', 'view') AS type,
         concat('visitor-', toString(intHash64(intDiv(number, ${PARTITIONS * VISIT}) * ${PARTITIONS} + part) % ${Math.ceil(rows / VISIT / 10)})),
         if(type = 'search', NULL, concat('item-', toString(toUInt32(pow(intHash64(number) % 1000000 / 1000000, 3) * 20000)))),
         if(type = 'search', concat('thing ', toString(intHash64(number) % 5000)), NULL),
         concat('Things > ', toString(intHash64(number) % 50)),
         if(type = 'purchase', toDecimal64(number % 100, 4), NULL)
       FROM numbers(${first}, ${Math.min(ROWS_AT_ONCE, rows - first)})`,
    );
    told(Math.min(rows, first + ROWS_AT_ONCE));
  }
  return Array.from({ length: PARTITIONS }, (_, partition) => ({
    ...{ partition, from: 0 },
    to: Math.ceil((rows - partition) / PARTITIONS),
  }));
};
