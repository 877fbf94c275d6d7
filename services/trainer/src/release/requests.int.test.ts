import type { Store } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore, type TestEvent } from '@nextcart/clickhouse/testing';
import { createItemIndex, eventTypes } from '@nextcart/contracts';
import { createHistoryView, createSubjectState, foldEvent, readHistory } from '@nextcart/events';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { apart } from './measuring-task.ts';
import { type MeasuringRequests, readRequests } from './requests.ts';

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'requests')));
afterAll(() => drop());

const TOPIC_ID = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e06';
const NOW = Date.UTC(2026, 10, 24);
const HOUR_MS = 3_600_000;
const types = ['view', 'view', 'search', 'cart', 'purchase'] as const;

const logOf = (drafts: readonly (readonly [subject: number, type: number, item: number])[]): TestEvent[] =>
  drafts.map(([subject, type, item], offset) => ({
    ...{
      topicId: TOPIC_ID,
      partition: 0,
      offset,
      time: NOW + offset * 60_000 + Math.floor(offset / 12) * HOUR_MS,
      subject: `u${subject}`,
    },
    type: types[type] as (typeof types)[number],
    ...(types[type] === 'search' ? { query: `thing ${item}` } : { item: `i${item}`, baseAmount: `${offset + 1}` }),
  }));

const index = createItemIndex();
const read = (from: number, to: number) =>
  readRequests(
    { store, attempt: (query) => query() },
    { topicId: TOPIC_ID, slice: [{ partition: 0, from, to }] },
    { maxSubjects: 100, perSubject: 2 },
    index,
  );
const told = ({ requests }: MeasuringRequests) =>
  requests
    .map(({ state, now, visitEnded, target, isNew, isBought, paid }) => {
      const {
        subject,
        count,
        length,
        items,
        types: kinds,
        times,
        sessions,
        queries,
      } = readHistory(state, createHistoryView());
      const cells = Array.from({ length }, (_, at) => [items[at], kinds[at], times[at], sessions[at], queries[at]]);
      return { subject, count, cells, now, visitEnded, target, isNew, isBought, paid };
    })
    .toSorted((a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : a.count - b.count));

/** Written out: each subject folded event by event, up to their first look at what they carted or bought in the session. */
const expected = (log: readonly TestEvent[], from: number, to: number) => {
  const requests: MeasuringRequests['requests'][number][] = [];
  const asked = new Set<string>();
  for (const name of new Set(log.map(({ subject }) => subject))) {
    const own = log.filter(({ subject }) => subject === name);
    const targets = own
      .filter(({ offset, type }) => offset >= from && offset < to && (type === 'cart' || type === 'purchase'))
      .slice(0, 2);
    for (const target of targets) {
      const earlier = own.filter(({ offset }) => offset <= target.offset);
      let session = earlier.length - 1;
      while (session > 0 && (earlier[session]?.time ?? 0) - (earlier[session - 1]?.time ?? 0) <= 1_800_000)
        session -= 1;
      const look = earlier.findIndex(({ item }, at) => at >= session && item === target.item);
      const before = earlier.slice(0, look);
      if (asked.has(`${name} ${look} ${target.item}`)) continue;
      asked.add(`${name} ${look} ${target.item}`);
      const state = createSubjectState(name);
      for (const { offset, time, type, item, query } of before)
        foldEvent(
          state,
          {
            ...{ offset, eventTime: time, type: eventTypes.indexOf(type), itemIndex: item ? index.add(item) : -1 },
            ...{ query: query ?? null, sessionId: null, userId: null, events: null },
          },
          index,
        );
      const newest = before.at(-1);
      const here = own.slice(earlier.length - 1).filter(({ offset }) => offset < to);
      const end = here.findIndex(({ time }, at) => at > 0 && time - (here[at - 1]?.time ?? 0) > 1_800_000);
      const rest = end === -1 ? here : here.slice(0, end);
      const isBought = rest.some(({ type, item }) => type === 'purchase' && item === target.item);
      const purchases = own.filter(({ offset, type }) => offset >= from && offset < to && type === 'purchase');
      const ofIt = purchases.filter(({ item }) => item === target.item);
      if (newest)
        requests.push({
          subject: 0,
          state,
          // half an hour later where the look began a visit: the list for that one was made by then
          now: newest.time + (look === session ? 1_800_000 : 0),
          visitEnded: look === session,
          target: target.item as string,
          isNew: !before.some(({ item }) => item === target.item),
          isBought,
          paid: ofIt.reduce((sum, { offset }) => sum + offset + 1, 0),
        });
    }
  }
  return { requests, subjects: 0, leftOut: 0 };
};

test('a request knows what its subject had done before, folded as serving folds it, and nothing that came after', async () => {
  const draft = fc.tuple(fc.nat(2), fc.nat(4), fc.nat(9));
  await fc.assert(
    fc.asyncProperty(fc.array(draft, { minLength: 250, maxLength: 500 }), fc.nat(200), async (drafts, from) => {
      for (const table of ['events', 'subject_events']) await store.command(`TRUNCATE TABLE ${table}`);
      const [to, log] = [from + 40, logOf(drafts)];
      // what comes after the slice first: it is there, and must not matter
      await insertTestEvents(store, log.slice(to), 'later');
      await insertTestEvents(store, log.slice(0, to), 'sooner');
      expect(told(await read(from, to))).toEqual(told(expected(log, from, to)));
    }),
    { numRuns: 15 },
  );
});

test('who asks without a history is left out and counted; subjects are numbered by those who stay', async () => {
  for (const table of ['events', 'subject_events']) await store.command(`TRUNCATE TABLE ${table}`);
  const log = logOf([
    [0, 4, 1],
    [1, 0, 2],
    [1, 4, 3],
    [2, 4, 4],
    [2, 3, 5],
  ]);
  await insertTestEvents(store, log, 'all');
  const found = await read(0, 5);
  expect(found).toMatchObject({ subjects: 2, leftOut: 2 });
  expect(found.requests.map(({ subject }) => subject)).toEqual([0, 1]);
  expect(found.requests.map(({ target }) => target).sort()).toEqual(['i3', 'i5']);
});

test('weights are fitted on subjects that are not measured, a quarter of them at most', () => {
  const requests = Array.from({ length: 40 }, (_, at) => ({ subject: Math.floor(at / 2), target: `i${at}` }));
  const of = (most: number) => apart({ requests, subjects: 20, leftOut: 1 } as unknown as MeasuringRequests, most);
  const { fitting, measured } = of(3);
  expect(new Set(fitting.map(({ subject }) => subject))).toEqual(new Set([3, 7, 11]));
  expect(measured).toMatchObject({ subjects: 17, leftOut: 1 });
  expect(new Set(measured.requests.map(({ subject }) => subject))).toEqual(
    new Set(Array.from({ length: 17 }, (_, n) => n)),
  );
  expect(new Set([...fitting, ...measured.requests].map(({ target }) => target)).size).toBe(40);
  expect(of(100).fitting).toHaveLength(10);
});
