import { type EventType, eventTypes, foldStart, type ItemIndex, NextcartError } from '@nextcart/contracts';
import { createSubjectState, foldEvent, type SubjectState } from './subject-state.ts';

/** A kept row of a subject, as table `subject_events` has it: no impression. Empty texts count as null. */
export interface RebuildRow {
  readonly offset: number;
  /** Epoch ms. */
  readonly event_time: number;
  readonly event_type: EventType;
  readonly item_id: string | null;
  readonly query: string | null;
  readonly session_id: string | null;
  /** Read of identify. */
  readonly user_id: string | null;
  /** Read of history: its property `events`. */
  readonly history: string | null;
}

/**
 * The state of a subject with `count` such rows in its partition, from the rows of the newest of them, ascending by
 * offset: at least those from number foldStart(count) on. Throws NextcartError 'log_moved' where there are fewer, or their
 * offsets do not rise.
 */
export const rebuildState = (
  subject: string,
  count: number,
  rows: readonly RebuildRow[],
  items: ItemIndex,
): SubjectState => {
  const needed = count - foldStart(count);
  const refuse = () =>
    new NextcartError('log_moved', `rebuilding a subject needs ${needed} rows, the store gave ${rows.length}`, {
      retry: false,
      context: { subject, count, rows: rows.length },
    });
  if (rows.length < needed) throw refuse();
  const state = createSubjectState(subject);
  // counted from zero: at most 127 events never cross a step, so nothing is dropped on the way
  for (const row of rows.slice(rows.length - needed))
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
  if (state.count !== needed) throw refuse(); // rows out of order, or the same twice
  state.count = count;
  return state;
};
