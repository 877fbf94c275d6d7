import type { ScoreKind } from '@nextcart/models';
import type { Choice, Curve, QualityContext, QualityRow } from '../quality-bench.ts';
import type { Prefix } from './data.ts';

/** A fitted model at work. */
export interface SessionPart {
  /** Scores [at least queries.length, items] of some sessions so far, at most `BATCH`; good until the next call. */
  score(queries: readonly Int32Array[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Sessions that are scored at once: what parts are made for. */
export const BATCH = 64;

/** What parts are fitted on. */
export interface SessionLog {
  readonly items: number;
  readonly sessions: readonly Int32Array[];
}

/** Training sessions to fit on, and prefixes of later ones to choose by. */
export interface SessionSplit {
  readonly fit: SessionLog;
  readonly validation: readonly Prefix[];
}

/** A row of the table: how its settings are chosen, and how it is fitted again on all of the training sessions. */
export interface SessionRecipe {
  readonly name: string;
  readonly kind: Exclude<QualityRow['kind'], 'fusion'>;
  /** What its scores are for a fusion; absent: no logits. */
  readonly scores?: ScoreKind;
  choose(split: SessionSplit, context: QualityContext): Promise<ChosenSessions>;
}

export interface ChosenSessions {
  readonly choice: Choice;
  readonly curve?: Curve;
  /** Fitted on `split.fit`. */
  readonly part: SessionPart;
  refit(all: SessionLog): Promise<SessionPart>;
}

/** Adds the scores of one session so far to zeros, [items]. */
export type ScoreSession = (query: Int32Array, into: Float32Array) => void;

export const plainSessionPart = (items: number, scoreOne: ScoreSession): SessionPart => {
  let scores = new Float32Array(0);
  return {
    score: (queries) => {
      if (scores.length < queries.length * items) scores = new Float32Array(queries.length * items);
      scores.fill(0);
      queries.forEach((query, at) => {
        scoreOne(query, scores.subarray(at * items, (at + 1) * items));
      });
      return Promise.resolve(scores);
    },
    close: () => Promise.resolve(),
  };
};
