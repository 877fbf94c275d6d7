/** Rows of a release's needs, as sql/160_needs.sql to 163_behaviour.sql have them. */
export interface ReleaseNeeds {
  readonly release: string;
  /** When the release was made, epoch ms. */
  readonly at: number;
  readonly needs: readonly NeedRow[];
  readonly subjects: readonly SubjectNeedsRow[];
  readonly segments: readonly SegmentRow[];
  readonly distributions: readonly DistributionRow[];
  readonly correlations: readonly CorrelationRow[];
}

export interface NeedRow {
  /** 2 · latent dimension, + 1 for its lower end. */
  readonly need: number;
  readonly name: string;
  /** What tells it, strongest first. */
  readonly itemIds: readonly string[];
  /** Titles of the items. */
  readonly items: readonly string[];
  readonly categories: readonly string[];
  readonly words: readonly string[];
  /** Of the subjects whose strongest need it is. */
  readonly share: number;
}

export interface SubjectNeedsRow {
  readonly subject: string;
  readonly segment: number;
  /** Strongest first. */
  readonly needs: readonly number[];
  /** Of each of the needs, in standard deviations from the mean subject. */
  readonly strengths: readonly number[];
}

export interface SegmentRow {
  readonly segment: number;
  readonly name: string;
  readonly subjects: number;
  readonly share: number;
}

export interface DistributionRow {
  readonly name: string;
  /** Subjects of whom it is known, and of whom not. */
  readonly n: number;
  readonly missing: number;
  readonly mean: number;
  readonly standardDeviation: number;
  readonly least: number;
  readonly p5: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly p95: number;
  readonly most: number;
  /** Share of exact zeros. */
  readonly zeros: number;
}

export interface CorrelationRow {
  readonly a: string;
  /** A figure of behaviour as `a` is, or a need. */
  readonly b: string;
  readonly isNeed: boolean;
  /** Spearman's, with its 95 % interval. */
  readonly rho: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}
