import type { ListSource, SubjectHistory } from '@nextcart/contracts';
import type { Candidates, ScoreSheet } from '@nextcart/models';
import type { Attention } from './attention.ts';

export type { Candidates, ScoreSheet } from '@nextcart/models';

/** One subject as parts see it. */
export interface ScoringRequest {
  readonly history: SubjectHistory;
  /** Epoch ms, from the log. */
  readonly now: number;
  readonly attention: Attention;
}

/** One opinion on what a subject wants. The neural models implement this too. */
export interface ScoringPart {
  readonly source: ListSource;
  /**
   * true: touches most items; called once for the batch, and the scores are standardised by subject (less their mean, by
   * their deviation). false: touches few; called subject by subject, and the scores are already between 0 and 1 on a
   * scale that does not depend on the subject, so that an event's share of a fused score is exact.
   */
  readonly dense: boolean;
  /** Writes each request's scores into the sheet of the same place. Sums must not run in the order of item indices. */
  score(requests: readonly ScoringRequest[], sheets: readonly ScoreSheet[]): void;
  /**
   * Scores of the candidates had one event not happened, out: [events, candidates.length]. `scores` are the part's own
   * of now, [candidates.length]; `events` are places in the attention. Called right after `score` of that request
   * alone. Where a part has none, the ranker scores the history without the event.
   */
  without?(
    request: ScoringRequest,
    candidates: Candidates,
    scores: Float64Array,
    events: Int32Array,
    out: Float64Array,
  ): void;
}

/**
 * `without` of a part whose score is Σ_e contribution_e / (mass + prior): takes the event's contribution out of the sum
 * and its weight out of the mass. `contribute(event, add)` says what the event gave, before the division.
 */
export const withoutByDifference = (
  scores: Float64Array,
  candidates: Candidates,
  events: Int32Array,
  total: number,
  weightOf: (event: number) => number,
  contribute: (event: number, take: (item: number, value: number) => void) => void,
  out: Float64Array,
): void => {
  const width = candidates.length;
  for (let k = 0; k < events.length; k += 1) {
    const event = events[k] as number;
    const base = k * width;
    for (let slot = 0; slot < width; slot += 1) out[base + slot] = (scores[slot] as number) * total;
    contribute(event, (item, value) => {
      const slot = candidates.slot(item);
      if (slot !== -1) out[base + slot] = (out[base + slot] as number) - value;
    });
    const rest = total - weightOf(event);
    for (let slot = 0; slot < width; slot += 1) {
      const left = out[base + slot] as number;
      // a difference of equals leaves noise, and noise is no score
      out[base + slot] = left <= (scores[slot] as number) * total * 1e-12 || rest <= 0 ? 0 : left / rest;
    }
  }
};
