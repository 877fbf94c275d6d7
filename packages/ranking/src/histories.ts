import { eventTypes, type SubjectHistory } from '@nextcart/contracts';

export const emptyHistory = (subject: string): SubjectHistory => ({
  subject,
  count: 0,
  length: 0,
  items: new Int32Array(0),
  types: new Uint8Array(0),
  times: new Float64Array(0),
  offsets: new Float64Array(0),
  sessions: new Int32Array(0),
  queries: [],
});

/** Someone who has just seen this item and is known for nothing else. */
export const viewerOf = (subject: string, item: number, now: number): SubjectHistory => ({
  subject,
  count: 1,
  length: 1,
  items: Int32Array.of(item),
  types: Uint8Array.of(eventTypes.indexOf('view')),
  times: Float64Array.of(now),
  offsets: Float64Array.of(-1),
  sessions: Int32Array.of(0),
  queries: [undefined],
});

/** A copy in which the event of one cell did not happen. */
export const withoutCell = (history: SubjectHistory, cell: number): SubjectHistory => {
  const keep = (_: unknown, at: number) => at < history.length && at !== cell;
  return {
    subject: history.subject,
    count: history.count - 1,
    length: history.length - 1,
    items: history.items.filter(keep),
    types: history.types.filter(keep),
    times: history.times.filter(keep),
    offsets: history.offsets.filter(keep),
    sessions: history.sessions.filter(keep),
    queries: history.queries.filter(keep),
  };
};
