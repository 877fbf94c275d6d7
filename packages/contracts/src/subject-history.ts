/** Law 5: a state folds at least the last 64 and at most 127 events (impressions are none), from a start that depends on the count alone. */
export const FOLD_STEP = 64;
export const MAX_FOLDED = 2 * FOLD_STEP - 1;

/** Number (from 0) of the first event that is folded when a subject has `count` kept events. */
export const foldStart = (count: number): number => FOLD_STEP * Math.floor(Math.max(0, count - FOLD_STEP) / FOLD_STEP);

/** A session without an id ends after this long without an event, by event time. */
export const SESSION_GAP_MS = 30 * 60 * 1000;

/**
 * What a subject did, as the fold keeps it: columns of `length` used cells (arrays may be longer), oldest first,
 * in the order of the log. Read by ranking and models, written by packages/events alone.
 */
export interface SubjectHistory {
  readonly subject: string;
  /** Kept events ever but for impressions; ≥ length but for a user with merged history, whose record counts once and shows as many. */
  readonly count: number;
  readonly length: number;
  /** Index in the process's ItemIndex, or -1. */
  readonly items: Int32Array;
  /** Index in `eventTypes`. */
  readonly types: Uint8Array;
  /** Event time, epoch ms. */
  readonly times: Float64Array;
  /** Offset in behaviour-events.v1; of the history record where the event came with one. Never falls. */
  readonly offsets: Float64Array;
  /** Ordinal of the event's session within the fold, from 0. */
  readonly sessions: Int32Array;
  /** Query text of searches, by cell; undefined elsewhere. */
  readonly queries: readonly (string | undefined)[];
}
