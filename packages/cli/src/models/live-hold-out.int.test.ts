import { insertTestEvents, migratedStore } from '@nextcart/clickhouse/testing';
import { holdOut } from '@nextcart/contracts';
import { systemClock } from '@nextcart/runtime';
import { expect, inject, test } from 'vitest';
import { liveHoldOut } from './live-hold-out.ts';

test('beside a release in force stands what both arms bought since it was decided', async () => {
  const { store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'live');
  const [now, arms] = [systemClock.now(), { share: 0.5, salt: 'spring' }];
  const at = now - 60_000;
  const people = Array.from({ length: 40 }, (_, n) => `u${n}`);
  const bought = (offset: number, subject: string, time: number) =>
    ({ partition: 0, offset, time, type: 'purchase', subject, item: 'tea', baseAmount: '2.0000' }) as const;
  await insertTestEvents(
    store,
    people.map((who, n) => bought(n, who, at + 1000)),
    'since',
  );
  await insertTestEvents(store, [bought(40, 'before', at - 1000)], 'before');
  const held = people.filter((who) => holdOut(who, arms) === 'base').length;
  const deps = { store, clock: systemClock, holdOut: arms };
  const told = (await liveHoldOut(deps, { inForce: true, at })).join('\n');
  expect(told).toContain('live since it was decided, 50 % of the subjects held out');
  expect(told).toMatch(new RegExp(`^models +${40 - held} +${40 - held} `, 'm'));
  expect(told).toMatch(new RegExp(`^base +${held} +${held} `, 'm'));
  expect(await liveHoldOut(deps, { inForce: false, at })).toEqual([]);
  expect(await liveHoldOut({ ...deps, holdOut: { ...arms, share: 0 } }, { inForce: true, at })).toEqual([]);
  await drop();
});
