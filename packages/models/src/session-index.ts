import { checkRising } from './item-graph.ts';

/**
 * Invariants: an item's postings hold its newest sessions only, newest first, at most `perItem`, each session once at
 * the item's last place in it. What an event brings in therefore depends on that event alone, never on the others.
 */
export interface Sessions {
  /** [sessions + 1] */
  readonly rowStart: Int32Array;
  /** [clicks], item indices in the order of the session. */
  readonly columns: Int32Array;
  /** [sessions], epoch ms, oldest first. */
  readonly endedAt: Float64Array;
}

export interface SessionIndex {
  /** [items + 1] into the two below. */
  readonly postingStart: Int32Array;
  readonly postingSession: Int32Array;
  /** Place of the item within the session. */
  readonly postingPlace: Int32Array;
  /** [items] ln(1 + sessions / sessions with the item), scaled to a mean of about 1 over clicks. */
  readonly idf: Float64Array;
}

/** Throws a RangeError for sessions that do not fit each other or the items, or that are not in the order of their end. */
const checkSessions = ({ rowStart, columns, endedAt }: Sessions, itemCount: number): void => {
  const count = Math.max(0, rowStart.length - 1);
  if (endedAt.length !== count) throw new RangeError(`${count} sessions, ${endedAt.length} times that they ended at`);
  if (count > 0 && (rowStart[0] !== 0 || columns.length < (rowStart[count] as number)))
    throw new RangeError(`sessions of clicks ${rowStart[0]} to ${rowStart[count]}, ${columns.length} clicks`);
  checkRising(rowStart, 'session');
  const unknown = columns.findIndex((item) => !(item >= 0 && item < itemCount));
  if (unknown >= 0) throw new RangeError(`click ${unknown} is on item ${columns[unknown]} of ${itemCount}`);
  endedAt.forEach((at, session) => {
    if (!(at >= (endedAt[session - 1] ?? -Infinity) && at < Infinity))
      throw new RangeError(`session ${session} ended at ${at}, the one before it at ${endedAt[session - 1]}`);
  });
};

/** Inverted index item → newest sessions. Throws a RangeError for sessions that can't be. */
export const indexSessions = (sessions: Sessions, itemCount: number, perItem: number): SessionIndex => {
  checkSessions(sessions, itemCount);
  const { rowStart, columns } = sessions;
  const count = Math.max(0, rowStart.length - 1);
  const support = new Int32Array(itemCount);
  const lastSeen = new Int32Array(itemCount).fill(-1);
  for (let session = 0; session < count; session += 1) {
    for (let at = rowStart[session] as number; at < (rowStart[session + 1] as number); at += 1) {
      const item = columns[at] as number;
      if (lastSeen[item] === session) continue;
      lastSeen[item] = session;
      support[item] = (support[item] as number) + 1;
    }
  }
  const postingStart = new Int32Array(itemCount + 1);
  for (let item = 0; item < itemCount; item += 1)
    postingStart[item + 1] = (postingStart[item] as number) + Math.min(perItem, support[item] as number);
  const postingSession = new Int32Array(postingStart[itemCount] as number);
  const postingPlace = new Int32Array(postingSession.length);
  const filled = new Int32Array(itemCount);
  lastSeen.fill(-1);
  for (let session = count - 1; session >= 0; session -= 1) {
    const first = rowStart[session] as number;
    for (let at = (rowStart[session + 1] as number) - 1; at >= first; at -= 1) {
      const item = columns[at] as number;
      if (lastSeen[item] === session || (filled[item] as number) >= perItem) continue;
      lastSeen[item] = session;
      const cell = (postingStart[item] as number) + (filled[item] as number);
      postingSession[cell] = session;
      postingPlace[cell] = at - first;
      filled[item] = (filled[item] as number) + 1;
    }
  }
  return { postingStart, postingSession, postingPlace, idf: inverseFrequency(sessions, support) };
};

const inverseFrequency = (sessions: Sessions, support: Int32Array): Float64Array => {
  const count = sessions.rowStart.length - 1;
  const idf = new Float64Array(support.length);
  for (let item = 0; item < idf.length; item += 1)
    idf[item] = (support[item] as number) === 0 ? 0 : Math.log(1 + count / (support[item] as number));
  let sum = 0;
  // over clicks in their order, so that the scale does not depend on how items are numbered
  for (const item of sessions.columns) sum += idf[item] as number;
  const mean = sessions.columns.length === 0 ? 1 : sum / sessions.columns.length;
  return idf.map((value) => value / mean);
};
