/**
 * A bench of quality: baselines, models and their fusion over one public protocol. Invariants: choices (grids, epochs,
 * weights) are made on a validation part of the training data, with the seed they are reported for; what is reported is
 * measured once, on the test part, for each subject, so that intervals and paired comparisons can be had.
 */
import type { Progress } from '../harness/bench.ts';

export interface QualityBench {
  /** NAME of `quality:NAME`. */
  readonly name: string;
  /** One sentence for --help. */
  readonly about: string;
  /** Metrics in the order of the table's columns, each with its definition. */
  readonly metrics: Readonly<Record<string, string>>;
  /** What others published for this protocol: shown in the table, marked as such. */
  readonly published: readonly PublishedRow[];
  /** Baselines that other benches have and this data does not allow: shown in the table with the reason. */
  readonly notApplicable?: readonly NotApplicable[];
  /** Why it can't run and where to get what it lacks; undefined where all is there. */
  missing(dataFolder: string): string | undefined;
  run(context: QualityContext): Promise<QualityRun>;
}

export interface PublishedRow {
  readonly name: string;
  /** By metric; a metric that was not published is left out. */
  readonly figures: Readonly<Record<string, number>>;
  /** Who published it and for which protocol; 'recalled' where the figure was not read again in its source. */
  readonly source: string;
}

export interface NotApplicable {
  readonly name: string;
  /** Goes on after 'not applicable, because'. */
  readonly because: string;
}

export interface QualityContext {
  readonly dataFolder: string;
  /** A small run, to see that the bench works: its figures mean nothing. */
  readonly quick: boolean;
  readonly seed: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  /** A line on stderr. */
  log(line: string): void;
  /** Progress of a step on stderr, with its time left. */
  progress(step: string, total: number, unit: string): Progress;
}

export interface QualityRun {
  /** Sizes that say what was measured. */
  readonly n: Readonly<Record<string, number>>;
  /** What is resampled where that is more than a subject; absent: subjects. */
  readonly clusters?: Clusters;
  readonly rows: readonly QualityRow[];
  readonly choices: readonly Choice[];
  readonly curves: readonly Curve[];
}

/** Subjects that hang together, as the prefixes of one session do: an interval over them one by one would be too narrow. */
export interface Clusters {
  /** In the plural: sessions. */
  readonly name: string;
  /** The cluster of each of its subjects, from 0, by metric; a metric without is resampled by subjects. */
  readonly of: Readonly<Record<string, Int32Array>>;
}

export interface QualityRow {
  readonly name: string;
  readonly kind: 'baseline' | 'part' | 'fusion';
  /**
   * A figure for each of the metric's subjects; the same ones in the same order in every row and for every seed. What is of
   * the row as a whole is a single figure.
   */
  readonly subjects: Readonly<Record<string, Float64Array>>;
  /** What was chosen. */
  readonly settings: string;
  /** Spent on choosing and fitting; absent for what is made of other rows. */
  readonly seconds?: number;
}

/** A choice made on validation. */
export interface Choice {
  readonly part: string;
  /** All that was looked at, with the validation's figure. */
  readonly tried: readonly { readonly settings: string; readonly quality: number }[];
  readonly chosen: string;
}

/** Validation quality over the epochs of a training, from epoch 1. */
export interface Curve {
  readonly name: string;
  readonly quality: readonly number[];
}
