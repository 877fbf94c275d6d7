import { foldStart, MAX_FOLDED } from '@nextcart/contracts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { insertEvents } from './events-table.ts';
import { eventRow, eventRows, TOPIC_ID } from './landing-rows.fixture.ts';
import type { Store } from './store.ts';
import { readPartitionHistories } from './subject-events.ts';
import { migratedStore } from './testing.ts';

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl)));
afterAll(() => drop());

/** Subjects of one partition. */
const read = async (subjects: readonly string[], before: number, partition = 0, topicId: string = TOPIC_ID) => {
  const [histories] = await readPartitionHistories(store, topicId, [{ partition, before, subjects }]);
  return histories ?? new Map<string, never>();
};

test.each([
  ['few', 200],
  ['many', 700], // more than are asked for plainly: the store counts and cuts
])(
  'a subject with %s rows comes with the newest that its fold can need, and the count of all below the bound',
  async (subject, rows) => {
    await insertEvents(store, rows, eventRows(0, rows, { user_id: subject, partition: 5 }), { token: subject });
    for (const bound of [1, 64, 65, 127, 128, 129, rows - 1, rows]) {
      const history = (await read([subject], bound, 5)).get(subject);
      expect(history?.count).toBe(bound);
      const first = Math.max(0, bound - MAX_FOLDED);
      expect(first).toBeLessThanOrEqual(foldStart(bound));
      expect(history?.rows.map((row) => row.offset)).toEqual(
        Array.from({ length: bound - first }, (_, i) => first + i),
      );
    }
  },
);

test('subjects with quotes and thousands of strangers share one query; who has no events is absent', async () => {
  const odd = 'o\'brien \\ "x" ü\n';
  await insertEvents(store, 1, [eventRow(1000, { user_id: odd, query: 'tea' })], { token: 'odd' });
  await insertEvents(store, 1, [eventRow(0)], { token: 'known' });
  const subjects = Array.from({ length: 20_000 }, (_, i) => `nobody with a long name ${i}`);
  const histories = await read([...subjects, odd, 'u1'], 5000);
  expect([...histories.keys()].sort()).toEqual([odd, 'u1'].sort());
  expect(histories.get(odd)?.rows[0]).toMatchObject({ offset: 1000, event_type: 'view', query: 'tea', user_id: odd });
});

test('another partition is not read, and another topic of the same name is not mixed in', async () => {
  await insertEvents(store, 1, [eventRow(0, { partition: 7, user_id: 'elsewhere' })], { token: 'p7' });
  expect((await read(['elsewhere'], 10)).size).toBe(0);
  expect((await read(['elsewhere'], 10, 7, '22222222-1111-4111-8111-111111111111')).size).toBe(0);
  expect((await read(['elsewhere'], 10, 7)).size).toBe(1);
});

test('groups of several partitions and bounds share one query, and a subject counts in its own partition alone', async () => {
  const twice = 'in two partitions';
  await insertEvents(store, 3, eventRows(2000, 3, { user_id: twice }), { token: 'twice0' });
  await insertEvents(store, 70, eventRows(0, 70, { user_id: twice, partition: 3 }), { token: 'twice3' });
  const [first, second, nobody] = await readPartitionHistories(store, TOPIC_ID, [
    { partition: 0, before: 2002, subjects: [twice, 'nobody'] },
    { partition: 3, before: 100, subjects: [twice] },
    { partition: 3, before: 50, subjects: [] },
  ]);
  expect(first?.get(twice)).toMatchObject({ count: 2, rows: [{ offset: 2000 }, { offset: 2001 }] });
  expect(first?.size).toBe(1);
  expect(second?.get(twice)?.count).toBe(70);
  expect(second?.get(twice)?.rows.map((row) => row.offset)).toEqual(Array.from({ length: 70 }, (_, i) => i));
  expect(nobody?.size).toBe(0);
});
