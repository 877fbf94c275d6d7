import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readNextOffsets } from './log-progress.ts';
import type { Store } from './store.ts';
import { migratedStore } from './testing.ts';

const TOPIC = '3c1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e01';
const OTHER = '3c1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e02';
let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'progress'));
});
afterAll(() => drop());

const land = (topicId: string, partition: number, first: number, rows: number): Promise<void> =>
  store.command(`INSERT INTO lists (topic_id, partition, offset, outcome)
    SELECT '${topicId}', ${partition}, number + ${first}, 'accepted' FROM numbers(${rows})`);

test('how far a table of records is, is known of the partitions that have rows, and read from their ends alone', async () => {
  await land(TOPIC, 0, 0, 100_000);
  await land(TOPIC, 0, 100_000, 10);
  await land(TOPIC, 2, 7, 100_000);
  await land(OTHER, 0, 0, 200_000);
  const query = { table: 'lists', topicId: TOPIC, partitions: [0, 1, 2] } as const;
  expect(await readNextOffsets(store, query)).toEqual(
    new Map([
      [0, 100_010],
      [2, 100_007],
    ]),
  );
  expect(await readNextOffsets(store, { ...query, partitions: [] })).toEqual(new Map());
  await store.command('SYSTEM FLUSH LOGS query_log');
  const [cost] = await store.query<{ rows: number }>(
    `SELECT max(read_rows) AS rows FROM system.query_log
     WHERE current_database = currentDatabase() AND type = 'QueryFinish' AND query LIKE '%AS next FROM lists%ORDER BY topic_id DESC%'`,
  );
  expect(cost?.rows).toBeGreaterThan(0);
  expect(cost?.rows).toBeLessThan(40_000); // a granule, 8192 rows, of each part
});
