import { foldStart, MAX_FOLDED } from '@nextcart/contracts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { insertEvents } from './events-table.ts';
import { eventRow, eventRows, TOPIC_ID } from './landing-rows.fixture.ts';
import type { Store } from './store.ts';
import { readPartitionHistories } from './subject-events.ts';
import { migratedStore } from './testing.ts';
import { readDeedsAfter, readTriggerHistories } from './trigger-histories.ts';

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl)));
afterAll(() => drop());

test("one query holds what a cold subject's query holds at each of its triggers, for subjects with bounds of their own", async () => {
  const odd = "o'brien \\ ü";
  await insertEvents(store, 400, eventRows(0, 400), { token: 'u1' });
  await insertEvents(store, 30, eventRows(1000, 30, { user_id: odd }), { token: 'odd' });
  await insertEvents(store, 5, eventRows(0, 5, { partition: 1 }), { token: 'elsewhere' });
  const histories = await readTriggerHistories(store, TOPIC_ID, 0, [
    { subject: 'u1', first: 200, last: 350 },
    { subject: odd, first: 1003, last: 1003 },
    { subject: 'nobody', first: 0, last: 10 },
  ]);
  expect([...histories.keys()].sort()).toEqual([odd, 'u1'].sort());
  for (const [subject, trigger] of [
    ['u1', 200],
    ['u1', 263],
    ['u1', 350],
    [odd, 1003],
  ] as const) {
    const rows = histories.get(subject) ?? [];
    const at = rows.findIndex(({ offset }) => offset === trigger);
    const [cold] = await readPartitionHistories(store, TOPIC_ID, [
      { partition: 0, before: trigger + 1, subjects: [subject] },
    ]);
    const { count = 0, rows: theirs = [] } = cold?.get(subject) ?? {};
    expect(rows[at]?.number).toBe(count);
    const needed = count - foldStart(count);
    const offsets = rows.slice(at + 1 - needed, at + 1).map(({ offset }) => offset);
    expect(offsets).toEqual(theirs.slice(theirs.length - needed).map(({ offset }) => offset));
  }
  expect(histories.get('u1')?.length).toBe(MAX_FOLDED + 150);
  expect(histories.get('u1')?.at(-1)?.offset).toBe(350);
});

test('deeds are those of the wanted types above the trigger, with an item, up to the bound', async () => {
  const user = (offset: number, over: Record<string, unknown>) => eventRow(offset, { user_id: 'u2', ...over });
  const rows = [
    user(2000, { event_type: 'click' }),
    user(2001, { event_type: 'view' }),
    user(2002, { event_type: 'cart' }),
    user(2003, { event_type: 'purchase', item_id: null }),
    user(2004, { event_type: 'purchase' }),
    user(2005, { event_type: 'click' }),
  ];
  await insertEvents(store, rows.length, rows, { token: 'u2' });
  const deeds = await readDeedsAfter(store, TOPIC_ID, 0, {
    ...{ subjects: [{ subject: 'u2', first: 2000, last: 2003 }], types: ['click', 'cart', 'purchase'], upTo: 2004 },
  });
  expect(deeds).toEqual([
    { subject: 'u2', offset: 2002, itemId: 'i2002' },
    { subject: 'u2', offset: 2004, itemId: 'i2004' },
  ]);
});
