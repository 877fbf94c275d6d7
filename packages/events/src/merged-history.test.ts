import { createItemIndex, eventTypes, type ItemIndex } from '@nextcart/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOON } from './event.fixture.ts';
import { createHistoryEvent, encodeHistory, historyEventId } from './history-event.ts';
import { decodeHistory, encodeMerged, MAX_HISTORY_BYTES, MAX_MERGED, type MergedEvent } from './merged-history.ts';
import { createHistoryView, readHistory } from './read-history.ts';
import { stateBytes } from './state-bytes.ts';
import { createSubjectState, type FoldEvent, foldEvent, type SubjectState } from './subject-state.ts';

const typeOf = (name: (typeof eventTypes)[number]) => eventTypes.indexOf(name);

const put = (
  state: SubjectState,
  items: ItemIndex,
  offset: number,
  changes: Partial<FoldEvent> & { item?: string } = {},
) =>
  foldEvent(
    state,
    {
      offset,
      eventTime: NOON + offset * 1000,
      type: typeOf('view'),
      itemIndex: changes.item === undefined ? -1 : items.add(changes.item),
      query: null,
      sessionId: null,
      userId: null,
      events: null,
      ...changes,
    },
    items,
  );

/** A device's log: items seen, then who it is. */
const visitorOf = (items: ItemIndex, subject: string, seen: readonly string[], from = 0) => {
  const state = createSubjectState(subject);
  seen.forEach((item, i) => void put(state, items, from + i, { item }));
  put(state, items, from + seen.length, { type: typeOf('identify'), userId: 'u' });
  return state;
};
const historyOf = (items: ItemIndex, visitor: SubjectState, partition: number) => ({
  type: typeOf('history'),
  events: encodeHistory(visitor, items, partition),
});
const shown = (state: SubjectState, items: ItemIndex) => {
  const view = readHistory(state, createHistoryView());
  return [...view.items.subarray(0, view.length)].map((item) => (item < 0 ? '' : items.id(item)));
};

describe('a merge', () => {
  test("shows the visitor's events in the place of its record, in a session of their own", () => {
    const items = createItemIndex();
    const user = createSubjectState('u');
    put(user, items, 1, { item: 'a' });
    put(user, items, 2, historyOf(items, visitorOf(items, 'v', ['b', 'c']), 3));
    put(user, items, 3, { item: 'd' });
    expect(shown(user, items)).toEqual(['a', 'b', 'c', 'd']);
    const view = readHistory(user, createHistoryView());
    expect([...view.sessions.subarray(0, 4)]).toEqual([0, 1, 1, 1]);
    expect([...view.offsets.subarray(0, 4)]).toEqual([1, 2, 2, 3]);
    expect(view.count).toBe(3);
  });

  test('that comes again shows nothing twice; what the device did since is shown', () => {
    const items = createItemIndex();
    const user = createSubjectState('u');
    put(user, items, 1, historyOf(items, visitorOf(items, 'v', ['a', 'b']), 3));
    put(user, items, 2, historyOf(items, visitorOf(items, 'v', ['a', 'b']), 3));
    put(user, items, 3, historyOf(items, visitorOf(items, 'v', ['a', 'b', 'c']), 3));
    expect(shown(user, items)).toEqual(['a', 'b', 'c']);
  });

  test('of several devices shows all of them, though their offsets are alike', () => {
    const items = createItemIndex();
    const user = createSubjectState('u');
    put(user, items, 1, historyOf(items, visitorOf(items, 'phone', ['a', 'b']), 0));
    put(user, items, 2, historyOf(items, visitorOf(items, 'laptop', ['c', 'd']), 1));
    expect(shown(user, items)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('shows again through a later record what went with the earlier one', () => {
    const items = createItemIndex();
    const user = createSubjectState('u');
    const record = historyOf(items, visitorOf(items, 'v', ['a']), 3);
    put(user, items, 1, record);
    for (let n = 2; n <= 100; n += 1) put(user, items, n, { item: 'x' });
    put(user, items, 101, record);
    expect(shown(user, items).filter((item) => item === 'a')).toHaveLength(1);
    for (let n = 102; n <= 128; n += 1) put(user, items, n, { item: 'x' });
    expect(shown(user, items).filter((item) => item === 'a')).toHaveLength(1);
  });

  test('of a long past shows the newest 127 of all, and nothing beyond', () => {
    const items = createItemIndex();
    const seen = Array.from({ length: 64 }, (_, n) => `m${n}`);
    const user = createSubjectState('u');
    put(user, items, 1, historyOf(items, visitorOf(items, 'v', seen), 3));
    for (let n = 2; n <= 101; n += 1) put(user, items, n, { item: `i${n}` });
    const view = readHistory(user, createHistoryView());
    expect(view.length).toBe(127);
    expect(shown(user, items)).toEqual([...seen.slice(-27), ...Array.from({ length: 100 }, (_, n) => `i${n + 2}`)]);
    expect([view.sessions[0], view.queries.length]).toEqual([0, 127]);
  });

  test('has one id, whoever makes its record', () => {
    const identify = { topicId: '0b5c1a1e-93c1-4b39-8f3e-2f3f4c1b7a10', partition: 2, offset: 9 };
    const items = createItemIndex();
    const state = visitorOf(items, 'v', ['a']);
    const event = createHistoryEvent({ state, items, userId: 'u', identify, eventTime: NOON });
    expect(event).toMatchObject({
      eventId: historyEventId('v', identify),
      userId: 'u',
      visitorId: 'v',
      eventTime: NOON,
    });
    expect(historyEventId('v', { ...identify, offset: 10 })).not.toBe(event.eventId);
    expect(decodeHistory(event.properties['events'] ?? '').map(({ itemId }) => itemId)).toEqual(['a']);
  });
});

describe('the text of a history', () => {
  const anyMerged: fc.Arbitrary<MergedEvent> = fc.record({
    partition: fc.constant(2),
    offset: fc.nat(),
    eventTime: fc.nat(),
    type: fc.nat(eventTypes.length - 1),
    itemId: fc.option(fc.string({ minLength: 1 })),
    query: fc.option(fc.string({ unit: 'binary', minLength: 1 })),
    opensSession: fc.boolean(),
  });

  test('reads as it was written, the newest 64', () => {
    fc.assert(
      fc.property(fc.array(anyMerged, { maxLength: 90 }), (events) => {
        expect(decodeHistory(encodeMerged(events, 2))).toEqual(events.slice(-MAX_MERGED));
      }),
    );
  });

  test('stays below its limit: the oldest events give way', () => {
    const long = (offset: number): MergedEvent => ({
      partition: 0,
      offset,
      eventTime: NOON,
      type: typeOf('search'),
      itemId: null,
      query: 'ü'.repeat(1024),
      opensSession: false,
    });
    const text = encodeMerged(
      Array.from({ length: 64 }, (_, n) => long(n)),
      0,
    );
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_HISTORY_BYTES);
    const kept = decodeHistory(text);
    expect(kept.length).toBeGreaterThan(25);
    expect(kept.at(-1)?.offset).toBe(63);
  });

  test('that anyone made up never throws, and what of it can be read is read', () => {
    const good = '[1,2,"view","a",null,1]';
    const bad = [
      '[1,2]',
      '{}',
      'null',
      '[1.5,2,"view","a",null,1]',
      '[1,2,"nosuch","a",null,1]',
      '[1,2,"view",5,null,1]',
    ];
    expect(decodeHistory(`{"p":0,"e":[${[...bad, good].join(',')}]}`)).toHaveLength(1);
    for (const text of ['', 'null', '[]', '{"p":"0","e":[]}', '{"p":0,"e":{}}'])
      expect(decodeHistory(text)).toEqual([]);
    fc.assert(fc.property(fc.json(), (text) => void decodeHistory(text)));
  });
});

test('the estimate of memory grows with what a state holds', () => {
  const items = createItemIndex();
  const state = createSubjectState('subject');
  const sizes: number[] = [stateBytes(state)];
  put(state, items, 1, { item: 'a' });
  put(state, items, 2, { type: typeOf('search'), query: 'coffee' });
  sizes.push(stateBytes(state));
  for (let n = 3; n < 127; n += 1) put(state, items, n, { item: 'a' });
  sizes.push(stateBytes(state));
  put(state, items, 128, historyOf(items, visitorOf(items, 'v', ['a', 'b']), 0));
  sizes.push(stateBytes(state));
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  expect(sizes[2]).toBeGreaterThan(127 * 24);
  expect(sizes[2]).toBeLessThan(127 * 24 + 2_000);
});
