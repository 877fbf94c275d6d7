/**
 * Items bought by the same subject: in one basket (within the hour) a pair counts 1, later ones 2^(−gap / 7 days), and
 * not at all beyond 30 days; older pairs fade with a half-life of 30 days. Each purchase is paired with the
 * COPURCHASE_REACH before it, so a wholesaler's invoice of 500 lines costs no more than 500 · reach.
 */
import type { ItemGraph } from '@nextcart/contracts';
import { pairGraph } from './pair-graph.ts';
import { recentCut } from './recent-cut.ts';
import { type SequenceRow, toSequences } from './sequences.ts';
import type { SessionsRequest } from './sessions.ts';
import type { Store } from './store.ts';
import { asOfCondition, countedCondition, rawStretch } from './window-rows.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
export const COPURCHASE_REACH = 20;
export const COPURCHASE_MAX_GAP_MS = 30 * DAY_MS;
const GAP_HALF_LIFE_MS = 7 * DAY_MS;

/** Weight of two purchases this long apart. */
export const copurchaseWeight = (gapMs: number): number => {
  if (gapMs > COPURCHASE_MAX_GAP_MS) return 0;
  return gapMs <= HOUR_MS ? 1 : 2 ** (-gapMs / GAP_HALF_LIFE_MS);
};

/** Each subject's purchases in the order of time, an item of the same basket once. */
export const readPurchases = async (store: Store, request: SessionsRequest): Promise<SequenceRow[]> => {
  const from = await recentCut(store, { ...request, types: ['purchase'] });
  return store.query<SequenceRow>(
    `SELECT arrayMap(s -> s.4, steps) AS items, arrayMap(s -> s.1, steps) AS times
     FROM (
       SELECT subject, arraySort(groupArray((toUnixTimestamp64Milli(event_time), partition, offset, assumeNotNull(item_id)))) AS steps
       FROM events
       WHERE ${countedCondition} AND event_type = 'purchase' AND item_id IS NOT NULL AND ${rawStretch({ from, to: request.at + 1 })}
        AND ${asOfCondition(request.positions)}
       GROUP BY subject
     )
     WHERE length(steps) >= 2
     ORDER BY steps[-1].1, subject`,
    {},
    { max_threads: 1 },
  );
};

export const copurchaseGraph = (purchases: readonly SequenceRow[], top: number): ItemGraph =>
  pairGraph(toSequences(purchases), {
    reach: COPURCHASE_REACH,
    weight: (_, gapMs) => copurchaseWeight(gapMs),
    halfLifeMs: 30 * DAY_MS,
    top,
  });
