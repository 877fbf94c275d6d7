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
   * Scores of the candidates had one event not happened, out: [events, candidates.length] and maybe more. `scores` are
   * the part's own of now, [candidates.length]; `events` are places in the attention. Called right after `score` of that
   * request alone. Where a part has none, the ranker scores the history without the event.
   */
  without?(
    request: ScoringRequest,
    candidates: Candidates,
    scores: Float64Array,
    events: Int32Array,
    out: Float64Array,
  ): void;
}
