import { planToken } from '@nextcart/contracts';
import { expect, inject, test } from 'vitest';
import { insertEvents } from './events-table.ts';
import { eventRows, TOPIC_ID } from './landing-rows.fixture.ts';
import { migratedStore } from './testing.ts';

test('an insert that is repeated after a start of the server has loaded the views anew changes nothing', async () => {
  const { store, drop } = await migratedStore(inject('urls').clickhouseUrl);
  const insert = () => insertEvents(store, 100, eventRows(0, 100), { token: planToken(TOPIC_ID, 0, 0, 99) });
  const filled = () =>
    store.query(
      `SELECT (SELECT count() FROM events) AS rows, (SELECT count() FROM subject_events) AS histories,
         (SELECT sum(events) FROM window_minutes) AS minutes, (SELECT sum(events) FROM window_hours) AS hours`,
    );
  await insert();
  const views = await store.query<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'MaterializedView'",
  );
  expect(views).toHaveLength(3);
  for (const { name } of views) {
    await store.command(`DETACH TABLE ${name} SYNC`);
    await store.command(`ATTACH TABLE ${name}`);
  }
  await insert();
  expect(await filled()).toEqual([{ rows: 100, histories: 100, minutes: 100, hours: 100 }]);
  await drop();
});
