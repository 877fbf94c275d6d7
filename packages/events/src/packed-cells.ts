/**
 * Events as 3 doubles each: time, offset, and item, type and session cut packed into one. A subject with one event
 * then costs one small array instead of five; a million subjects are why. It is a plain array, because V8 keeps one of
 * doubles unboxed in its own heap, while a typed array of more than 64 bytes has a buffer of its own that must be
 * allocated, tracked and freed.
 */
export const CELL = 3;

/** An item index (−1 for none) of 31 bits, a type of 4 bits, and whether the event opens a session. */
export const packCell = (itemIndex: number, type: number, opensSession: boolean): number =>
  (itemIndex + 1) * 32 + type * 2 + (opensSession ? 1 : 0);

export const itemOfCell = (packed: number): number => Math.floor(packed / 32) - 1;
export const typeOfCell = (packed: number): number => (packed % 32) >>> 1;
export const opensSession = (packed: number): boolean => packed % 2 === 1;

/** Sessions are cut by id where both events have one, else by inactivity in event time; a late event cuts nothing. */
export const isNewSession = (
  gapMs: number,
  sessionId: string | null,
  previousSessionId: string | null,
  sessionGapMs: number,
): boolean =>
  sessionId !== null && previousSessionId !== null ? sessionId !== previousSessionId : gapMs > sessionGapMs;
