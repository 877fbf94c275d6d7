/**
 * Chapter 5. What is known of a person is a function of their kept events, in the order of the log: the newest 64 to 127,
 * from a start that depends on their count alone. So a state that was folded event by event in memory, one rebuilt from
 * rows after a restart, and one replayed next year are the same, bit for bit. Somebody who signs in brings what the device
 * saw into their own log as one record, so even a merge is a function of one log.
 */
import { createItemIndex, type EventType, eventTypes, foldStart } from '@nextcart/contracts';
import {
  createHistoryEvent,
  createHistoryView,
  createSubjectState,
  foldEvent,
  isSignedIn,
  lengthOf,
  ownerOf,
  type RebuildRow,
  readHistory,
  rebuildState,
  type SubjectState,
} from '@nextcart/events';
import { expect, test } from 'vitest';

const NOON = Date.UTC(2026, 0, 5, 12);
const MINUTE = 60_000;
const items = createItemIndex();

/** A kept event as table `subject_events` has it. */
const row = (offset: number, type: EventType, what: string | null, over: Partial<RebuildRow> = {}): RebuildRow => ({
  ...{ offset, event_time: NOON + offset * 1000, event_type: type, session_id: null, user_id: null, history: null },
  ...{ item_id: type === 'search' ? null : what, query: type === 'search' ? what : null },
  ...over,
});
/** The same event as it is read from the log; false where it changes nothing. */
const fold = (state: SubjectState, one: RebuildRow): boolean =>
  foldEvent(
    state,
    {
      ...{ offset: one.offset, eventTime: one.event_time, type: eventTypes.indexOf(one.event_type), query: one.query },
      itemIndex: one.item_id === null ? -1 : items.add(one.item_id),
      ...{ sessionId: one.session_id, userId: one.user_id, events: one.history },
    },
    items,
  );
const stateOf = (subject: string, rows: readonly RebuildRow[]): SubjectState => {
  const state = createSubjectState(subject);
  for (const one of rows) fold(state, one);
  return state;
};
/** What ranking reads of a state, oldest first. */
const shown = (state: SubjectState) => {
  const view = readHistory(state, createHistoryView());
  return Array.from({ length: view.length }, (_, i) => ({
    type: eventTypes[view.types[i] as number],
    what: view.queries[i] ?? items.id(view.items[i] as number),
    time: view.times[i],
    session: view.sessions[i],
  }));
};
const whatOf = (state: SubjectState): string[] => shown(state).map(({ what }) => what);

test('an event that was folded already changes nothing: a log that is read again does no harm', () => {
  const anna = stateOf('anna', [row(3, 'search', 'espresso'), row(7, 'view', 'cup')]);
  const before = shown(anna);
  expect(before.map(({ type, what }) => [type, what])).toEqual([
    ['search', 'espresso'],
    ['view', 'cup'],
  ]);
  expect(fold(anna, row(7, 'view', 'cup'))).toBe(false);
  expect(fold(anna, row(5, 'view', 'lamp'))).toBe(false);
  expect(shown(anna)).toEqual(before);
});

test('of n events the fold begins at number 64·⌊(n − 64) / 64⌋, so it holds at most 127', () => {
  const startAndLength = [1, 64, 127, 128, 191, 192, 1000].map((n) => [n, foldStart(n), n - foldStart(n)]);
  expect(startAndLength).toEqual([
    [1, 0, 1],
    [64, 0, 64],
    [127, 0, 127],
    [128, 64, 64],
    [191, 64, 127],
    [192, 128, 64],
    [1000, 896, 104],
  ]);
  const many = stateOf(
    'anna',
    Array.from({ length: 130 }, (_, n) => row(n, 'view', `i${n}`)),
  );
  expect([many.count, lengthOf(many), whatOf(many)[0]]).toEqual([130, 66, 'i64']);
});

test('rebuilt from its newest rows a state is what it was in memory, now and after the next event', () => {
  const log = Array.from({ length: 300 }, (_, n) =>
    row(n, n % 9 === 0 ? 'search' : 'view', `w${n % 17}`, { event_time: NOON + n * n * 1000 }),
  );
  for (const count of [1, 63, 64, 127, 128, 200, 299]) {
    const hot = stateOf('anna', log.slice(0, count));
    const cold = rebuildState('anna', count, log.slice(foldStart(count), count), items);
    expect(shown(cold)).toEqual(shown(hot));
    fold(hot, log[count] as RebuildRow);
    fold(cold, log[count] as RebuildRow);
    expect([cold.count, shown(cold)]).toEqual([hot.count, shown(hot)]);
  }
});

test('too few rows are an error and not a shorter past: a known customer never gets a stranger’s list', () => {
  expect(() => rebuildState('anna', 3, [row(1, 'view', 'cup')], items)).toThrow(/needs 3 rows/);
});

test('a visit without an id ends after half an hour of event time without an event', () => {
  const at = (offset: number, minutes: number, session: string | null = null) =>
    row(offset, 'view', 'cup', { event_time: NOON + minutes * MINUTE, session_id: session });
  const sessions = (...rows: RebuildRow[]) => shown(stateOf('anna', rows)).map(({ session }) => session);
  expect(sessions(at(0, 0), at(1, 30), at(2, 61))).toEqual([0, 0, 1]);
  // the shop's own ids are believed, whatever the time
  expect(sessions(at(0, 0, 'a'), at(1, 300, 'a'), at(2, 301, 'b'))).toEqual([0, 0, 1]);
});

/** The phone saw a cup and a lamp, then anna signed in on it. */
const phone = (): SubjectState =>
  stateOf('phone', [row(0, 'view', 'cup'), row(1, 'view', 'lamp'), row(2, 'identify', null, { user_id: 'anna' })]);
/** The record that hands the phone's past to anna, as it arrives in her own log. */
const handedOver = (offset: number): RebuildRow => {
  const identify = { topicId: '6f1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e01', partition: 3, offset: 2 };
  const { properties } = createHistoryEvent({ state: phone(), items, userId: 'anna', identify, eventTime: NOON });
  return row(offset, 'history', null, { history: properties['events'] ?? null });
};

test('who signs in brings along what the device saw, as one record of their own log', () => {
  const anna = stateOf('anna', [row(10, 'view', 'tea'), handedOver(11), row(12, 'view', 'rug')]);
  expect(whatOf(anna)).toEqual(['tea', 'cup', 'lamp', 'rug']);
  expect(anna.count).toBe(3);
});

test('a hand-over that comes again shows nothing twice', () => {
  expect(whatOf(stateOf('anna', [handedOver(1), handedOver(2)]))).toEqual(['cup', 'lamp']);
});

test('the device knows its owner; an event of its own after that says that they have signed out', () => {
  const device = phone();
  expect([ownerOf(device), isSignedIn(device)]).toEqual(['anna', true]);
  fold(device, row(3, 'view', 'rug'));
  expect([ownerOf(device), isSignedIn(device)]).toEqual(['anna', false]);
});
