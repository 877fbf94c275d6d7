import { copurchaseGraph, covisitGraph, sessionsSnapshot, TRENDING_WEIGHTS } from '@nextcart/clickhouse';
import { type BehaviourEvent, subjectOf, TRENDING_HALF_LIVES_S } from '@nextcart/contracts';
import type { RankingSnapshots } from '@nextcart/ranking';

interface Sequence {
  readonly items: string[];
  readonly times: number[];
}

const weights: Readonly<Record<string, number>> = TRENDING_WEIGHTS;
/** As services/features has them by default. */
const SESSION_EVENTS = 100_000;
const GRAPH_TOP = 50;
const TRENDING_TOP = 500;

/** The snapshots that the features service would make of these events, without a store between. */
export const makeSnapshots = (events: readonly BehaviourEvent[]): RankingSnapshots => {
  const visits = new Map<string, Sequence>();
  const sessions = new Map<string, Sequence>();
  const purchases = new Map<string, Sequence>();
  const counts = new Map<string, number>();
  const append = (to: Map<string, Sequence>, key: string, { itemId, eventTime }: BehaviourEvent): void => {
    const sequence = to.get(key) ?? { items: [], times: [] };
    to.set(key, sequence);
    if (itemId === null || sequence.items.at(-1) === itemId) return;
    sequence.items.push(itemId);
    sequence.times.push(eventTime);
  };
  for (const [at, event] of events.entries()) {
    const weight = weights[event.eventType];
    const subject = subjectOf(event);
    if (weight === undefined || event.itemId === null || subject === null) continue;
    const session = `${subject} ${event.sessionId ?? ''}`;
    append(visits, session, event);
    if (at >= events.length - SESSION_EVENTS) append(sessions, session, event);
    if (event.eventType === 'purchase') append(purchases, subject, event);
    counts.set(event.itemId, (counts.get(event.itemId) ?? 0) + weight);
  }
  const rows = (sequences: Map<string, Sequence>): Sequence[] =>
    [...sequences.values()]
      .filter(({ items }) => items.length > 1)
      .sort((a, b) => (a.times.at(-1) ?? 0) - (b.times.at(-1) ?? 0));
  const top = [...counts].sort((a, b) => b[1] - a[1]).slice(0, TRENDING_TOP);
  const newest = rows(sessions);
  return {
    sessions: sessionsSnapshot(newest, newest.length),
    covisits: covisitGraph(rows(visits), GRAPH_TOP),
    copurchases: copurchaseGraph(rows(purchases), GRAPH_TOP),
    trending: {
      items: top.map(([item]) => item),
      scores: Float32Array.from(TRENDING_HALF_LIVES_S.flatMap(() => top.map(([, score]) => score))),
    },
  };
};
