/**
 * A list is made for the visit that goes on, and again when that has ended, for the next one: what somebody wants who comes
 * back after days is not what follows the last thing they looked at.
 */
import { SESSION_GAP_MS, VISIT_ENDED, VISIT_KEY } from '@nextcart/contracts';
import { inOrder } from './recomm-id.ts';

/** What a list names of how it was made: its snapshots, and where it is for the next visit, that. */
export const namedSnapshots = (
  snapshots: Readonly<Record<string, string>>,
  visitEnded: boolean,
): Readonly<Record<string, string>> => (visitEnded ? inOrder({ ...snapshots, [VISIT_KEY]: VISIT_ENDED }) : snapshots);

/** When the visit that an event belongs to ends, if nothing follows. Epoch ms, as the event's time. */
export const visitEndOf = (eventTime: number): number => eventTime + SESSION_GAP_MS;

/** The time and the visit that a list is asked for: a function of its newest event and of which visit it is made for. */
export const momentOf = (
  newestEvent: number,
  visitEnded: boolean,
): { readonly now: number; readonly visitEnded: boolean } => ({
  now: visitEnded ? visitEndOf(newestEvent) : newestEvent,
  visitEnded,
});
