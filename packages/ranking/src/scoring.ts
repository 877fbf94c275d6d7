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
  /** Asked for the subject's next visit: the last one has ended. */
  readonly visitEnded: boolean;
}

/** One part's word on what a subject wants, out of its history and snapshots. Trained models speak through `Opinions`. */
export interface ScoringPart {
  readonly source: ListSource;
  /**
   * Writes the request's scores into the sheet, about 0 to 1 on a scale that does not depend on the subject, so that an
   * event's share of a fused score is exact. Sums must not run in the order of item indices.
   */
  score(request: ScoringRequest, sheet: ScoreSheet): void;
  /**
   * Scores of the candidates had one event not happened, out: [events, candidates.length] and maybe more. `scores` are
   * the part's own of now, [candidates.length]; `events` are places in the attention. Called right after `score` of that
   * request. Where a part has none, the ranker scores the history without the event.
   */
  without?(
    request: ScoringRequest,
    candidates: Candidates,
    scores: Float64Array,
    events: Int32Array,
    out: Float64Array,
  ): void;
}
