/**
 * A list is made for the visit that goes on, and again when that has ended, for the subject's next one; then it says so among
 * the snapshots that it names.
 */
export const VISIT_KEY = 'visit';
export const VISIT_ENDED = 'ended';

export const isForNextVisit = (snapshots: Readonly<Record<string, string>>): boolean =>
  snapshots[VISIT_KEY] === VISIT_ENDED;
