import { SESSION_GAP_MS } from '@nextcart/contracts';
import { openDataset } from '@nextcart/datasets';
import { createNumbering } from '../numbering.ts';
import { prefixesOf, type SessionFiles } from './data.ts';

interface Session {
  readonly from: number;
  readonly to: number;
  readonly items: string[];
  /** What was done last, and with which item. */
  readonly last: string;
}

/**
 * Sessions of a data set that `nextcart import` reads (docs/datasets.md), cut by time. `cut`: when the test begins, epoch
 * ms, by when each session does. A session over the cut is neither trained on nor tested, and the test's lose items that no
 * training session has.
 */
export const readEventSessions = async (
  source: string,
  path: string,
  cut: (from: Float64Array) => number,
): Promise<SessionFiles> => {
  const all = await readVisits(source, path);
  const testFrom = cut(Float64Array.from(all, ({ from }) => from));
  const numbering = createNumbering();
  const sessions = all.filter(({ to }) => to < testFrom).map(({ items }) => Int32Array.from(items, numbering.of));
  const later = all.filter(({ from }) => from >= testFrom).map(({ items }) => Int32Array.from(items, numbering.known));
  return { items: numbering.size(), sessions, test: prefixesOf(later, (item) => item >= 0) };
};

/**
 * In the order of their last events; the same done with an item several times in a row is there once. Where a set names no
 * sessions, what a person did without a pause is one.
 */
const readVisits = async (source: string, path: string): Promise<readonly Session[]> => {
  const ended: Session[] = [];
  const sessions = new Map<string, Session>();
  for await (const { event } of (await openDataset(source, path)).events(0)) {
    if (event === undefined) continue;
    const { sessionId, userId, visitorId, itemId, eventType, eventTime, properties } = event;
    const name = sessionId ?? userId ?? visitorId;
    if (name === null || itemId === null) continue;
    let before = sessions.get(name);
    if (before !== undefined && sessionId === null && eventTime - before.to > SESSION_GAP_MS) {
      ended.push(before);
      before = undefined;
    }
    const { from, items, last }: Omit<Session, 'to'> = before ?? { from: eventTime, items: [], last: '' };
    const deed = `${itemId} ${properties['action'] ?? eventType}`;
    if (deed !== last) items.push(itemId);
    // the session in which something was done last comes last
    sessions.delete(name);
    sessions.set(name, { from, to: eventTime, items, last: deed });
  }
  return [...ended, ...sessions.values()].sort((a, b) => a.to - b.to);
};
