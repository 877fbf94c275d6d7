/** Law 5: hot, rebuilt and replayed states are the same, bit for bit. */
import {
  createItemIndex,
  eventTypes,
  FOLD_STEP,
  foldStart,
  type ItemIndex,
  MAX_FOLDED,
  SESSION_GAP_MS,
} from '@nextcart/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOON } from './event.fixture.ts';
import { encodeMerged } from './merged-history.ts';
import { createHistoryView, readHistory } from './read-history.ts';
import { type RebuildRow, rebuildState } from './rebuild-state.ts';
import {
  createSubjectState,
  foldEvent,
  isSignedIn,
  lastOffset,
  lengthOf,
  ownerOf,
  type SubjectState,
} from './subject-state.ts';

const typeOf = (name: (typeof eventTypes)[number]) => eventTypes.indexOf(name);

const mergedText = fc
  .array(fc.tuple(fc.nat(12), fc.nat(9), fc.constantFrom('search', 'view'), fc.boolean()), { maxLength: 70 })
  .map((events) =>
    encodeMerged(
      events.map(([offset, item, type, opensSession]) => ({
        partition: 1,
        offset,
        eventTime: NOON - 1000 + offset,
        type: typeOf(type as 'view'),
        itemId: type === 'view' ? `m${item}` : null,
        query: type === 'search' ? `q${item}` : null,
        opensSession,
      })),
      1,
    ),
  );

const stored = eventTypes.filter((type) => type !== 'impression');

/** A subject's stored rows: any types, sessions by id or by time, late ones, histories in between. */
const anyRows = fc
  .array(
    fc.record({
      type: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...stored) },
        { weight: 1, arbitrary: fc.constant('history' as const) },
      ),
      gap: fc.integer({ min: 1, max: 5 }),
      minutes: fc.constantFrom(-60, 0, 1, 20, 29, 30, 31, 300),
      item: fc.nat(20),
      session: fc.constantFrom(null, '', 'a', 'b'),
      merged: mergedText,
    }),
    { minLength: 0, maxLength: 400, size: 'max' },
  )
  .map((steps) => {
    let offset = 0;
    let time = NOON;
    return steps.map(({ type, gap, minutes, item, session, merged }): RebuildRow => {
      offset += gap;
      time += minutes * 60_000;
      return {
        offset,
        event_time: time,
        event_type: type,
        item_id: item === 0 ? null : `i${item}`,
        query: item % 3 === 0 ? null : `search ${item}`,
        session_id: session,
        user_id: item % 2 === 0 ? `u${item}` : null,
        history: type === 'history' ? merged : null,
      };
    });
  });

const fold = (state: SubjectState, row: RebuildRow, items: ItemIndex): boolean =>
  foldEvent(
    state,
    {
      offset: row.offset,
      eventTime: row.event_time,
      type: eventTypes.indexOf(row.event_type),
      itemIndex: row.item_id ? items.add(row.item_id) : -1,
      query: row.query,
      sessionId: row.session_id,
      userId: row.user_id,
      events: row.history || null,
    },
    items,
  );

const bitsOf = (state: SubjectState) => ({ ...state, cells: [...state.cells] });

describe('a state', () => {
  test('folded event by event, rebuilt from the newest rows, and replayed is the same at every count', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const items = createItemIndex();
        const hot = createSubjectState('u');
        rows.forEach((row, i) => {
          expect(fold(hot, row, items)).toBe(true);
          const count = i + 1;
          // every count near a step, and the last
          if (![0, 1, 63].includes(count % FOLD_STEP) && count !== rows.length) return;
          const whole = bitsOf(hot);
          const needed = rows.slice(foldStart(count), count);
          expect(bitsOf(rebuildState('u', count, needed, items))).toEqual(whole);
          expect(bitsOf(rebuildState('u', count, rows.slice(0, count).slice(-200), items))).toEqual(whole);
          const replayed = createSubjectState('u');
          for (const earlier of rows.slice(0, count)) fold(replayed, earlier, items);
          expect(bitsOf(replayed)).toEqual(whole);
        });
        expect(bitsOf(rebuildState('u', rows.length, rows, items))).toEqual(bitsOf(hot));
      }),
      { numRuns: 40, interruptAfterTimeLimit: 6_000 },
    );
  });

  test('goes on the same after it was rebuilt', () => {
    fc.assert(
      fc.property(anyRows, fc.nat(399), (rows, cut) => {
        const items = createItemIndex();
        const at = Math.min(cut, rows.length);
        const hot = createSubjectState('u');
        for (const row of rows) fold(hot, row, items);
        const cold = rebuildState('u', at, rows.slice(foldStart(at), at), items);
        for (const row of rows.slice(at)) fold(cold, row, items);
        expect(bitsOf(cold)).toEqual(bitsOf(hot));
        const [a, b] = [readHistory(hot, createHistoryView()), readHistory(cold, createHistoryView())];
        expect(b).toEqual(a);
      }),
      { numRuns: 40, interruptAfterTimeLimit: 6_000 },
    );
  });

  test('an offset that is not above the last changes nothing', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const items = createItemIndex();
        const once = createSubjectState('u');
        const twice = createSubjectState('u');
        for (const row of rows) fold(once, row, items);
        for (const row of rows) {
          fold(twice, row, items);
          expect(fold(twice, row, items)).toBe(false);
        }
        expect(bitsOf(twice)).toEqual(bitsOf(once));
        expect(lastOffset(twice)).toBe(rows.at(-1)?.offset ?? -1);
      }),
      { numRuns: 20, interruptAfterTimeLimit: 6_000 },
    );
  });

  test('is the same whatever the subject was shown in between', () => {
    fc.assert(
      fc.property(anyRows, fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }), (rows, shown) => {
        const items = createItemIndex();
        const [never, often] = [createSubjectState('u'), createSubjectState('u')];
        const far = rows.map((row) => ({ ...row, offset: 10 * row.offset }));
        for (const [at, row] of far.entries()) {
          fold(never, row, items);
          fold(often, row, items);
          const impression = { ...row, event_type: 'impression' as const, event_time: row.event_time + 60_000 };
          for (let k = 1; k <= (shown[at % shown.length] as number); k += 1)
            expect(fold(often, { ...impression, offset: row.offset + k }, items)).toBe(false);
        }
        expect(bitsOf(often)).toEqual(bitsOf(never));
      }),
      { numRuns: 20, interruptAfterTimeLimit: 6_000 },
    );
  });

  test('is refused where the store gives too few rows, or rows that do not rise', () => {
    const items = createItemIndex();
    const row = (offset: number): RebuildRow => ({
      offset,
      event_time: NOON,
      event_type: 'view',
      item_id: 'i',
      query: null,
      session_id: null,
      user_id: null,
      history: null,
    });
    expect(() => rebuildState('u', 3, [row(1), row(2)], items)).toThrow(/needs 3 rows/);
    expect(() => rebuildState('u', 2, [row(2), row(2)], items)).toThrow(expect.objectContaining({ code: 'log_moved' }));
    expect(rebuildState('u', 0, [], items).count).toBe(0);
  });
});

test('what is read of any state has at most 127 cells, offsets that never fall and sessions that rise by one', () => {
  const view = createHistoryView();
  fc.assert(
    fc.property(anyRows, (rows) => {
      const items = createItemIndex();
      const state = createSubjectState('u');
      for (const row of rows) fold(state, row, items);
      readHistory(state, view);
      expect(view.length).toBeLessThanOrEqual(MAX_FOLDED);
      expect(view.count).toBe(rows.length);
      for (let cell = 0; cell < view.length; cell += 1) {
        expect(view.types[cell]).not.toBe(typeOf('history'));
        const [session, before] = [view.sessions[cell] as number, cell === 0 ? 0 : (view.sessions[cell - 1] as number)];
        expect(session - before === 0 || (cell > 0 && session - before === 1)).toBe(true);
        if (cell > 0) expect(view.offsets[cell]).toBeGreaterThanOrEqual(view.offsets[cell - 1] as number);
        expect(view.queries[cell] === undefined || view.types[cell] === typeOf('search')).toBe(true);
      }
      if (rows.every((row) => row.event_type !== 'history')) expect(view.length).toBe(lengthOf(state));
    }),
    { numRuns: 60, interruptAfterTimeLimit: 6_000 },
  );
});

describe('sessions', () => {
  const sessionsOf = (events: readonly [minutes: number, session: string | null][]) => {
    const items = createItemIndex();
    const state = createSubjectState('u');
    events.forEach(([minutes, sessionId], offset) => {
      const eventTime = NOON + minutes * 60_000;
      foldEvent(
        state,
        { offset, eventTime, type: 1, itemIndex: items.add('i'), query: null, sessionId, userId: null, events: null },
        items,
      );
    });
    const view = readHistory(state, createHistoryView());
    return [...view.sessions.subarray(0, view.length)];
  };
  const gap = SESSION_GAP_MS / 60_000;

  test.each([
    [
      'end after half an hour without an event',
      [
        [0, null],
        [gap, null],
        [2 * gap + 0.001, null],
      ],
      [0, 0, 1],
    ],
    [
      'are cut by their ids, whatever the time',
      [
        [0, 'a'],
        [300, 'a'],
        [300, 'b'],
        [301, 'a'],
      ],
      [0, 0, 1, 2],
    ],
    [
      'are cut by time where one of two events has no id',
      [
        [0, 'a'],
        [1, null],
        [2, 'b'],
        [60, ''],
      ],
      [0, 0, 0, 1],
    ],
    [
      'are not cut by a late event',
      [
        [60, null],
        [0, null],
        [1, null],
      ],
      [0, 0, 0],
    ],
  ] as [string, [number, string | null][], number[]][])('%s', (_, events, sessions) => {
    expect(sessionsOf(events)).toEqual(sessions);
  });
});

describe("a visitor's owner", () => {
  const visitorOf = (...types: readonly [type: 'view' | 'identify', user: string | null][]) => {
    const items = createItemIndex();
    const state = createSubjectState('v');
    types.forEach(([type, userId], offset) =>
      foldEvent(
        state,
        {
          offset,
          eventTime: NOON,
          type: typeOf(type),
          itemIndex: -1,
          query: null,
          sessionId: null,
          userId,
          events: null,
        },
        items,
      ),
    );
    return [ownerOf(state), isSignedIn(state)];
  };

  test('is who the newest identify named, and an event after it says that they have logged out', () => {
    expect(visitorOf(['view', null])).toEqual([null, false]);
    expect(visitorOf(['identify', 'u1'], ['identify', 'u2'])).toEqual(['u2', true]);
    expect(visitorOf(['identify', 'u1'], ['view', null])).toEqual(['u1', false]);
  });

  test("is nobody else where a shop calls both by one id: their own events are the user's", () => {
    expect(visitorOf(['view', null], ['identify', 'v'])).toEqual(['v', false]);
  });

  test('is forgotten with the events of its time', () => {
    const later = Array.from({ length: 127 }, (): ['view', null] => ['view', null]);
    expect(visitorOf(['identify', 'u1'], ...later.slice(0, 126))).toEqual(['u1', false]);
    expect(visitorOf(['identify', 'u1'], ...later)).toEqual([null, false]);
  });
});
