import { insertNeeds, type ReleaseNeeds, type Store } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore, type TestEvent } from '@nextcart/clickhouse/testing';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { renderAll, renderSubject } from './commands/needs.ts';
import { tellAll, tellSubject } from './tell-needs.ts';

const AT = Date.UTC(2026, 10, 24);
const TOPIC_ID = '6f1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e01';

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'cli_needs')));
afterAll(() => drop());
beforeEach(async () => {
  for (const table of ['needs', 'subject_needs', 'segments', 'behaviour_correlations', 'events', 'subject_events'])
    await store.command(`TRUNCATE TABLE ${table}`);
});

const cups = { itemIds: ['i1'], items: ['Blue cup'], categories: ['Home > Cups'], words: ['cafe'] };
const bikes = { itemIds: ['b1'], items: ['Bike'], categories: ['Sports'], words: ['bike'] };
const pair = { isNeed: true, rho: 0.5, low: 0.25, high: 0.75, n: 1200 };
const release = (name: string, at = AT): ReleaseNeeds => ({
  ...{ release: name, at, distributions: [] },
  needs: [
    { need: 0, name: 'Home > Cups · cafe · Blue cup', ...cups, share: 0.25 },
    { need: 3, name: 'Sports · bike · Bike', ...bikes, share: 0.75 },
  ],
  subjects: [
    { subject: 'u1', segment: 1, needs: [0, 3], strengths: [2.25, 0.5] },
    { subject: 'u2', segment: 0, needs: [], strengths: [] },
  ],
  segments: [
    { segment: 0, name: 'Sports', subjects: 1500, share: 0.75 },
    { segment: 1, name: 'Home', subjects: 500, share: 0.25 },
  ],
  correlations: [
    { ...pair, a: 'spend', b: 'need 0: Cups' },
    { ...pair, a: 'views', b: 'carts', isNeed: false, rho: 0.875, low: 0.8, high: 0.9 },
    { ...pair, a: 'views', b: 'need 3: Sports', rho: 0.125, low: -0.125, high: 0.25 },
    { ...pair, a: 'carts', b: 'need 3: Sports', rho: 0.0625, low: 0.03125, high: 0.09375 },
  ],
});
const deed = (offset: number, rest: Partial<TestEvent>): TestEvent => ({
  ...{ topicId: TOPIC_ID, partition: 0, offset, time: AT + offset, type: 'view', subject: 'u1' },
  ...rest,
});

test('without a subject: needs, segments, and the correlations with needs whose interval leaves 0 out', async () => {
  await insertNeeds(store, release('old', AT - 1000));
  await insertNeeds(store, release('new'));
  const told = await tellAll(store);
  expect(told.release).toBe('new');
  const lines = renderAll(told, 1).join('\n');
  expect(lines).toMatch(/Sports · bike · Bike +75.0% +Bike +bike\n1 of 2/);
  expect(lines).toMatch(/Home +500 +25.0%/);
  expect(lines).toMatch(/spend +need 0: Cups +0.50 +0.25 to 0.75 +1,200$/);
  expect(renderAll(told, 9).join('\n')).not.toMatch(/carts/);
  expect((await tellAll(store, 'old')).release).toBe('old');
});

test('of a subject: the strongest needs with the deeds that name them, and the segment', async () => {
  await insertNeeds(store, release('r1'));
  await store.insertRows('catalog', [
    ...['i1', 'i2', 'i3'].map((id, offset) => ({
      ...{ topic_id: TOPIC_ID, offset, outcome: 'accepted', item_id: id, title: `Title of ${id}` },
      category: id === 'i2' ? ['Home', 'Cups', 'Red'] : ['Garden'],
    })),
  ]);
  await insertTestEvents(
    store,
    [
      deed(0, { item: 'i1' }),
      deed(1, { item: 'i2', type: 'cart' }),
      deed(2, { item: 'i3' }),
      deed(3, { type: 'search', query: 'Café noir' }),
      deed(4, { item: 'i1', subject: 'u2' }),
    ],
    'deeds',
  );
  const told = await tellSubject(store, 'u1');
  expect(told.needs.map(({ need, strength, deeds }) => [need, strength, deeds.length])).toEqual([
    [0, 2.25, 3],
    [3, 0.5, 0],
  ]);
  expect(renderSubject(told)).toEqual([
    'u1: needs by release r1',
    'segment: Home (25.0% of all)',
    '',
    '2.3 sd  Home > Cups · cafe · Blue cup',
    '        search “Café noir”',
    '        cart Title of i2',
    '        view Title of i1',
    '0.5 sd  Sports · bike · Bike',
  ]);
  expect(renderSubject(await tellSubject(store, 'u2', 'r1')).at(-1)).toBe('none');
});

test('what is not there is told with its cure', async () => {
  await expect(tellAll(store)).rejects.toThrow(/no release has told needs yet: .*nextcart models list/);
  await insertNeeds(store, release('r1'));
  await expect(tellAll(store, 'r9')).rejects.toThrow(/release 'r9' has no needs: .*without --release/);
  await expect(tellSubject(store, 'u1', 'r9')).rejects.toThrow(/release 'r9' has no needs/);
  await expect(tellSubject(store, 'u9')).rejects.toThrow(/release 'r1' knows no 'u9': .*nextcart watch u9/);
});
