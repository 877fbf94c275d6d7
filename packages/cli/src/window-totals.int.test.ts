import { rebuildWindows } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import { createLogger, systemClock } from '@nextcart/runtime';
import { expect, inject, onTestFinished, test } from 'vitest';
import { checkWindows, differences, readWindowTotals, sameTotals } from './window-totals.ts';

const log = createLogger('test', 'error');
const clock = systemClock;
const TOPIC = '55555555-5555-4555-8555-555555555555';

test('the sums before and after a rebuild are those of the rows, and a damaged window is seen and made good', async () => {
  const { store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'totals');
  onTestFinished(() => drop());
  const rows = Array.from({ length: 500 }, (_, i) => ({
    topic_id: TOPIC,
    partition: i % 2,
    offset: Math.floor(i / 2),
    outcome: i % 50 === 0 ? 'quarantined' : 'accepted',
    event_type: 'purchase',
    event_time: 1_795_488_748 + i * 60,
    item_id: `i${i % 7}`,
    quantity: 2,
    line_amount: '1.25',
    line_currency: 'GBP',
  }));
  await store.insertRows('events', rows);
  const before = await readWindowTotals({ store, clock });
  expect(before.rows).toEqual({ events: 490, quantity: 980, amount: '612.5', baseAmount: '0' });
  expect(differences(before)).toEqual([]);
  expect(await checkWindows({ store, clock })).toEqual({ faults: [], notCompared: null });

  await store.command("ALTER TABLE window_minutes DELETE WHERE item_id = 'i3'", {}, { mutations_sync: '1' });
  const damaged = await readWindowTotals({ store, clock });
  expect(differences(damaged)).toEqual([expect.stringMatching(/^the minutes had \d+ events/)]);

  expect(await checkWindows({ store, clock })).toEqual({
    faults: [expect.stringContaining('nextcart rebuild')],
    notCompared: null,
  });
  await store.command('RENAME TABLE window_hours TO away');
  expect(await checkWindows({ store, clock })).toEqual({
    faults: [],
    notCompared: expect.stringContaining('window_hours'),
  });
  await store.command('RENAME TABLE away TO window_hours');

  await store.command('ALTER TABLE window_minutes UPDATE quantity = 7 WHERE true', {}, { mutations_sync: '1' });
  const [told] = differences(await readWindowTotals({ store, clock }));
  expect(told).toContain('980'); // pieces of the rows: what differs is among what is told

  const steps: number[] = [];
  const { rows: read } = await rebuildWindows(store, { log, clock, onProgress: ({ done }) => steps.push(done) });
  const after = await readWindowTotals({ store, clock });
  expect(read).toBe(500);
  expect(steps).toEqual([250, 250]);
  expect(sameTotals(after.minutes, before.minutes) && sameTotals(after.hours, before.hours)).toBe(true);
  expect(differences(after)).toEqual([]);
});
