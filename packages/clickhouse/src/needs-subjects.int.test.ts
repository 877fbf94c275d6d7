import { type EventType, EXCLUDED_FROM_WINDOWS } from '@nextcart/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { eventDraft, toEvents } from './event-drafts.fixture.ts';
import { readActiveSubjects, readFeaturesOf, readItemTexts, readSubjectDeeds } from './needs-subjects.ts';
import type { Store } from './store.ts';
import { insertTestEvents, type TestEvent, TOPIC_ID } from './test-events.fixture.ts';
import { windowStore } from './window-store.fixture.ts';

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'needs_subjects')));
afterAll(() => drop());

const types: readonly EventType[] = ['search', 'view', 'cart', 'purchase'];
const bruteForce = (events: readonly TestEvent[], before: number) => {
  const counted = events.filter(
    (e) =>
      e.offset < before &&
      (e.outcome === undefined || e.outcome === 'accepted' || e.outcome === 'late') &&
      ((e.flags ?? 0) & EXCLUDED_FROM_WINDOWS) === 0 &&
      types.includes(e.type) &&
      e.item,
  );
  return [...Map.groupBy(counted, (e) => e.subject)].map(([subject, own]) => ({
    subject,
    newest: Math.max(...own.map(({ time }) => time)),
  }));
};

test('active subjects are those with an item in the slices, newest first, and no more than are wanted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(eventDraft, { maxLength: 60 }), fc.nat(40), fc.nat(4), async (drafts, before, most) => {
      await empty();
      const events = toEvents(drafts);
      if (events.length > 0) await insertTestEvents(store, events, 'all');
      const partitions = [...new Set(events.map(({ partition }) => partition))];
      const ranges = partitions.map((partition) => ({ partition, from: 0, to: before }));
      const all = await readActiveSubjects(store, { topicId: TOPIC_ID, ranges, types, most: 1000 });
      const byName = (rows: readonly { subject: string; newest: number }[]) =>
        rows.map(({ subject, newest }) => ({ subject, newest })).toSorted((a, b) => (a.subject < b.subject ? -1 : 1));
      expect(byName(all)).toEqual(byName(bruteForce(events, before)));
      expect(all.map(({ newest }) => newest)).toEqual(all.map(({ newest }) => newest).toSorted((a, b) => b - a));
      for (const { subject, partition } of all)
        expect(events.some((e) => e.subject === subject && e.partition === partition)).toBe(true);
      const some = await readActiveSubjects(store, { topicId: TOPIC_ID, ranges, types, most });
      expect(some).toEqual(all.slice(0, most));
    }),
    { numRuns: 20 },
  );
}, 60_000);

test("a subject's deeds carry what the catalogue says; an item that it does not have is called by its id", async () => {
  await empty();
  const NOON = Date.UTC(2026, 10, 24, 12);
  await store.insertRows('catalog', [
    {
      topic_id: TOPIC_ID,
      offset: 0,
      outcome: 'accepted',
      item_id: 'i1',
      title: 'Blue cup',
      category: ['Home', 'Cups'],
    },
  ]);
  const at = { partition: 0, subject: "o'u1" };
  await insertTestEvents(
    store,
    [
      { ...at, offset: 0, time: NOON + 1, type: 'search', query: 'cup' },
      { ...at, offset: 1, time: NOON + 2, type: 'view', item: 'i1' },
      { ...at, offset: 2, time: NOON + 3, type: 'impression', item: 'i1' },
      { ...at, offset: 3, time: NOON + 4, type: 'cart', item: 'i9' },
      { ...at, subject: 'u2', offset: 4, time: NOON + 5, type: 'cart', item: 'i1' },
    ],
    'deeds',
  );
  const view = { type: 'view', time: NOON + 2, itemId: 'i1', title: 'Blue cup', category: ['Home', 'Cups'], query: '' };
  const cart = { type: 'cart', time: NOON + 4, itemId: 'i9', title: 'i9', category: [], query: '' };
  const search = { type: 'search', time: NOON + 1, itemId: '', title: '', category: [], query: 'cup' };
  expect(await readSubjectDeeds(store, "o'u1", 10)).toEqual([cart, view, search]);
  expect(await readSubjectDeeds(store, "o'u1", 1)).toEqual([cart]);
  expect(await readItemTexts(store, ['i1', 'i9'])).toEqual([
    { id: 'i1', title: 'Blue cup', category: ['Home', 'Cups'] },
  ]);
});

test('more names than a parameter holds are asked for all the same', async () => {
  await empty();
  const at = Date.UTC(2026, 10, 24, 12);
  const names = Array.from({ length: 6000 }, (_, i) => `a subject with a long name and a 'quote', number ${i}`);
  await insertTestEvents(
    store,
    names.map((subject, offset) => ({ partition: 0, offset, time: at, type: 'view', subject, item: 'i1' })),
    'many',
  );
  const found = await readFeaturesOf(store, names, { at, days: 1 });
  expect(new Set(found.map(({ subject }) => subject))).toEqual(new Set(names));
  expect(await readItemTexts(store, [...names, 'i1'])).toMatchObject([{ id: 'i1', title: 'Blue cup' }]);
});
