import { eventTypes, FOLD_STEP, foldStart, type ItemIndex, isKept, SESSION_GAP_MS } from '@nextcart/contracts';
import { createMergedBlock, hideRepeats, type MergedBlock } from './merged-history.ts';
import { CELL, isNewSession, packCell, typeOfCell } from './packed-cells.ts';
import type { Verdict } from './verdict.ts';

/**
 * Law 5: what a subject did, as a function of its kept events from number `foldStart(count)` on. Nothing here survives
 * from an event before that, so a state folded event by event, one rebuilt from rows and one replayed are the same.
 * An impression is nothing that a subject did: it is not folded, and not counted (docs/decisions/0029). A history record
 * is one event; what it brings is shown in its place (read-history.ts).
 */
export interface SubjectState {
  readonly subject: string;
  /** Kept events ever, impressions left out; count − foldStart(count) of them have a cell. */
  count: number;
  /** CELL doubles an event, oldest first. */
  cells: number[];
  /** By cell: query of a search, user of an identify. Null until there is one. */
  texts: (string | undefined)[] | null;
  /** Session id of the newest event. */
  sessionId: string | null;
  /** History records in the fold, in the order of their cells. Null until there is one. */
  merged: MergedBlock[] | null;
}

/** A kept event. An empty text counts as none. */
export interface FoldEvent {
  readonly offset: number;
  /** Epoch ms. */
  readonly eventTime: number;
  /** Position in `eventTypes`. */
  readonly type: number;
  /** In the ItemIndex, or -1. */
  readonly itemIndex: number;
  readonly query: string | null;
  readonly sessionId: string | null;
  /** Read of identify alone. */
  readonly userId: string | null;
  /** Property `events` of a history record; else null. */
  readonly events: string | null;
}

export const SEARCH = eventTypes.indexOf('search');
export const IDENTIFY = eventTypes.indexOf('identify');
export const HISTORY = eventTypes.indexOf('history');
/** What a list showed somebody: counted in attribution, never folded. */
export const IMPRESSION = eventTypes.indexOf('impression');

export const createSubjectState = (subject: string): SubjectState => ({
  subject,
  count: 0,
  cells: [],
  texts: null,
  sessionId: null,
  merged: null,
});

/** Events in the fold: 0 to 127. */
export const lengthOf = (state: SubjectState): number => state.cells.length / CELL;

/** Offset of the newest event, or -1. */
export const lastOffset = (state: SubjectState): number =>
  state.cells.length === 0 ? -1 : (state.cells[state.cells.length - CELL + 1] as number);

/** Forgets the 64 oldest events: the count is about to cross a step of the fold. */
const forgetOldest = (state: SubjectState): void => {
  state.cells = state.cells.slice(CELL * FOLD_STEP);
  // the first event of a fold opens nothing: a rebuilt state never saw the one before it
  state.cells[2] = (state.cells[2] as number) - ((state.cells[2] as number) % 2);
  if (state.texts !== null) {
    const rest = state.texts.slice(FOLD_STEP);
    state.texts = rest.some((text) => text !== undefined) ? rest : null;
  }
  if (state.merged !== null) {
    const rest = state.merged.filter((block) => block.cell >= FOLD_STEP);
    for (const block of rest) block.cell -= FOLD_STEP;
    hideRepeats(rest);
    state.merged = rest.length > 0 ? rest : null;
  }
};

const setText = (state: SubjectState, cell: number, text: string): void => {
  state.texts ??= new Array<string | undefined>(cell).fill(undefined);
  while (state.texts.length < cell) state.texts.push(undefined); // no gaps, which would make a hash table of it
  state.texts.push(text);
};

/** Folds the subject's next kept event; false, and no change, where its offset is not above the last, or it is an impression. */
export const foldEvent = (state: SubjectState, event: FoldEvent, items: ItemIndex): boolean => {
  const { offset, eventTime, type } = event;
  if (type === IMPRESSION || offset <= lastOffset(state)) return false;
  const sessionId = event.sessionId || null;
  if (foldStart(state.count + 1) > foldStart(state.count)) forgetOldest(state);
  const cell = lengthOf(state);
  const before = cell === 0 ? eventTime : (state.cells[CELL * (cell - 1)] as number);
  const opens = cell > 0 && isNewSession(eventTime - before, sessionId, state.sessionId, SESSION_GAP_MS);
  state.cells.push(eventTime, offset, packCell(event.itemIndex, type, opens));
  state.sessionId = sessionId;
  state.count += 1;
  if (type === SEARCH && event.query) setText(state, cell, event.query);
  else if (type === IDENTIFY && event.userId) setText(state, cell, event.userId);
  else if (type === HISTORY && event.events) {
    state.merged = [...(state.merged ?? []), createMergedBlock(cell, event.events, items)];
    hideRepeats(state.merged);
  }
  return true;
};

/** Folds a verdict, where it is kept; false where it is not, or `foldEvent` is. */
export const foldVerdict = (state: SubjectState, offset: number, verdict: Verdict, items: ItemIndex): boolean => {
  if (!isKept(verdict.outcome)) return false;
  const { event } = verdict;
  const type = event.typeIndex;
  const itemId = event.itemId;
  return foldEvent(
    state,
    {
      offset,
      eventTime: event.eventTime,
      type,
      itemIndex: itemId ? items.add(itemId) : -1,
      query: type === SEARCH ? event.query : null,
      sessionId: event.sessionId,
      userId: type === IDENTIFY ? event.userId : null,
      events: type === HISTORY ? event.property('events') : null,
    },
    items,
  );
};

/** A visitor's user: who its newest identify of the fold named; null where there is none. */
export const ownerOf = (state: SubjectState): string | null => {
  for (let cell = lengthOf(state) - 1; cell >= 0; cell -= 1)
    if (typeOfCell(state.cells[CELL * cell + 2] as number) === IDENTIFY) return state.texts?.[cell] ?? null;
  return null;
};

/**
 * Whether the visitor is that user now: its identify is its newest event, since what follows is keyed by the user.
 * There is no log-out event: an event on the visitor's own key after it says that the person has logged out.
 * Where a shop calls both by one id, the key is the user's own.
 */
export const isSignedIn = (state: SubjectState): boolean => {
  const newest = lengthOf(state) - 1;
  if (newest < 0 || typeOfCell(state.cells[CELL * newest + 2] as number) !== IDENTIFY) return false;
  return ownerOf(state) !== state.subject;
};
