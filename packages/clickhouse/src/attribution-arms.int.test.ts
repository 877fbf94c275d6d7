import { flags, holdOut, TEAMS_KEY } from '@nextcart/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { armSql, readArms } from './attribution-arms.ts';
import { readInterleaving } from './attribution-interleaving.ts';
import { insertTestLists } from './attribution-lists.fixture.ts';
import type { Store } from './store.ts';
import { insertTestEvents, type TestEvent } from './test-events.fixture.ts';
import { windowStore } from './window-store.fixture.ts';

const NOON = Date.UTC(2026, 10, 24, 12);
const range = { since: NOON, until: NOON + 3_600_000 };
const half = { share: 0.5, salt: 'launch' };

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'arms')));
afterAll(() => drop());
beforeEach(() => empty());

const put = (events: readonly Omit<TestEvent, 'partition' | 'offset' | 'time'>[]) =>
  insertTestEvents(
    store,
    events.map((event, offset) => ({ ...event, partition: 0, offset, time: NOON + offset })),
    'events',
  );

test('the store says the same arm as a scorer, of any subject, share and salt', async () => {
  const cases = fc.record({
    subjects: fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 60 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    salt: fc.string({ unit: 'grapheme', maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ subjects, ...how }) => {
      const found = await store.query<{ arm: string }>(
        `SELECT ${armSql('subject', how)} AS arm FROM (SELECT arrayJoin({subjects:Array(String)}) AS subject)`,
        { subjects, salt: how.salt },
      );
      expect(found.map(({ arm }) => arm)).toEqual(subjects.map((subject) => holdOut(subject, how)));
    }),
    { numRuns: 30 },
  );
});

test('everybody who did anything is in an arm, with purchases and exact revenue less returns', async () => {
  const ids = Array.from({ length: 40 }, (_, n) => `u${n}`);
  const base = ids.filter((id) => holdOut(id, half) === 'base');
  const models = ids.filter((id) => holdOut(id, half) === 'models');
  const [b0 = '', b1 = ''] = base;
  const [m0 = ''] = models;
  await put([
    ...ids.map((subject) => ({ type: 'view' as const, subject, item: 'x' })),
    { type: 'purchase', subject: b0, item: 'x', baseAmount: '10.0001' },
    { type: 'purchase', subject: b1, item: 'x', baseAmount: '4.0000' },
    { type: 'return', subject: b1, item: 'x', baseAmount: '4.0000' },
    { type: 'purchase', subject: m0, item: 'x', baseAmount: '30.0000' },
    { type: 'purchase', subject: m0, item: 'y', baseAmount: null },
    { type: 'purchase', subject: m0, item: 'y', baseAmount: '7.0000', outcome: 'duplicate' },
    { type: 'purchase', subject: 'robot', item: 'y', baseAmount: '7.0000', flags: flags.robot },
  ]);
  const found = await readArms(store, range, half);
  expect(found.arms).toMatchObject([
    { arm: 'models', subjects: models.length, purchases: 2, net: 300_000n },
    { arm: 'base', subjects: base.length, purchases: 2, net: 100_001n },
  ]);
  expect(found.arms[0]?.purchasesPerSubject?.value).toBeCloseTo(2 / models.length, 12);
  expect(found.revenue?.difference.value).toBeCloseTo(30 / models.length - 10.0001 / base.length, 9);
  expect(found.revenue?.lift?.low).toBeLessThan(0); // one buyer an arm proves nothing
});

test('without a hold-out there is one arm and no comparison', async () => {
  await put([{ type: 'view', subject: 'u1', item: 'x' }]);
  expect(await readArms(store, range, { share: 0, salt: '' })).toMatchObject({
    arms: [
      { arm: 'models', subjects: 1 },
      { arm: 'base', subjects: 0, purchasesPerSubject: null },
    ],
    purchases: null,
  });
  await expect(readArms(store, range, { share: 2, salt: '' })).rejects.toThrow(/0 to 1/);
});

test('a subject and a list are one outcome for the team whose items were clicked more', async () => {
  const items = [
    ['x', 'trending'],
    ['p', 'covisit'],
    ['q', 'covisit'],
    ['r', 'covisit'],
    ['s', 'covisit'],
  ] as const;
  const drafted = { release: 'new+old', items, snapshots: { [TEAMS_KEY]: '=abba' } };
  await insertTestLists(store, [
    { recommId: 'D1', subject: 'u1', ...drafted },
    { recommId: 'D2', subject: 'u1', ...drafted },
    { recommId: 'D3', subject: 'u3', ...drafted },
    { recommId: 'plain', subject: 'u1', items },
  ]);
  const click = (recommId: string, subject: string, item: string) => ({
    type: 'click' as const,
    subject,
    item,
    recommId,
  });
  await put([
    click('D1', 'u1', 'p'), // a
    click('D1', 'u1', 'p'), // the same again
    click('D1', 'u1', 'x'), // nobody's
    click('D2', 'u1', 'q'), // b
    click('D2', 'u1', 'r'), // b
    click('D2', 'u1', 's'), // a
    click('D3', 'u3', 'q'), // b and a: as many
    click('D3', 'u3', 's'),
    click('D3', 'u1', 's'), // another subject's list
    click('plain', 'u1', 'p'),
  ]);
  expect(await readInterleaving(store, range)).toEqual([{ releases: ['new', 'old'], wins: 1, losses: 1, ties: 1 }]);
});
