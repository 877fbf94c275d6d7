import { type BehaviourEvent, type ItemIndex, type Position, positionKey, uuidOfText } from '@nextcart/contracts';
import { encodeMerged, type MergedEvent } from './merged-history.ts';
import { CELL, itemOfCell, opensSession, typeOfCell } from './packed-cells.ts';
import { HISTORY, IDENTIFY, lengthOf, SEARCH, type SubjectState } from './subject-state.ts';

/** A visitor's events as a history record carries them: the newest 64 of the fold, identify apart. */
export const encodeHistory = (state: SubjectState, items: ItemIndex, partition: number): string => {
  const events: MergedEvent[] = [];
  for (let cell = 0; cell < lengthOf(state); cell += 1) {
    const packed = state.cells[CELL * cell + 2] as number;
    const type = typeOfCell(packed);
    if (type === IDENTIFY || type === HISTORY) continue;
    const item = itemOfCell(packed);
    events.push({
      partition,
      offset: state.cells[CELL * cell + 1] as number,
      eventTime: state.cells[CELL * cell] as number,
      type,
      itemId: item < 0 ? null : items.id(item),
      query: type === SEARCH ? (state.texts?.[cell] ?? null) : null,
      opensSession: opensSession(packed),
    });
  }
  return encodeMerged(events, partition);
};

/** Id of the history record that answers an identify: the same whoever makes it again, so a repeat is a duplicate. */
export const historyEventId = (visitorId: string, identify: Position): string =>
  uuidOfText(`history ${positionKey(identify)} ${visitorId}`);

/**
 * The history record that answers the identify at a position, to be sent with the user as key. `state` is the visitor's
 * at that position (the identify folded or not: it is left out). It carries the visitor's session, so that the user's
 * next event goes on with it, and the identify's own time.
 */
export const createHistoryEvent = (options: {
  readonly state: SubjectState;
  readonly items: ItemIndex;
  readonly userId: string;
  readonly identify: Position;
  /** Of the identify, epoch ms. */
  readonly eventTime: number;
}): BehaviourEvent => {
  const { state, items, userId, identify, eventTime } = options;
  return {
    eventId: historyEventId(state.subject, identify),
    eventTime,
    eventType: 'history',
    visitorId: state.subject,
    userId,
    sessionId: state.sessionId,
    itemId: null,
    query: null,
    quantity: null,
    amount: null,
    currency: null,
    recommId: null,
    properties: { from: state.subject, events: encodeHistory(state, items, identify.partition) },
  };
};
