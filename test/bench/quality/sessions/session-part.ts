import type { QualityRow } from '../quality-bench.ts';

/** Adds the scores of one session so far to zeros, [items]. */
export type ScoreSession = (query: Int32Array, into: Float32Array) => void;

/** What parts are fitted on. */
export interface SessionLog {
  readonly items: number;
  readonly sessions: readonly Int32Array[];
}

/** A row of the table: settings to choose among, the first being the one that others are compared with first. */
export interface SessionRecipe {
  readonly name: string;
  readonly kind: Exclude<QualityRow['kind'], 'fusion'>;
  readonly grid: readonly Setting[];
}

export interface Setting {
  readonly settings: string;
  fit(log: SessionLog): ScoreSession;
}
