import type { ItemGraph } from '@nextcart/contracts';
import { pairGraph } from './pair-graph.ts';
import { type SequenceRow, toSequences } from './sequences.ts';

const DAY_MS = 86_400_000;

/** Steps of a session that still count as together; a step further is worth 1/distance. */
export const COVISIT_REACH = 5;
export const COVISIT_HALF_LIFE_MS = 7 * DAY_MS;

/** Items seen together: Σ over sessions of 1/(steps between) · 2^(−age / 7 days), at most `top` neighbours an item. */
export const covisitGraph = (sessions: readonly SequenceRow[], top: number): ItemGraph =>
  pairGraph(toSequences(sessions), {
    reach: COVISIT_REACH,
    weight: (distance) => 1 / distance,
    halfLifeMs: COVISIT_HALF_LIFE_MS,
    top,
  });
