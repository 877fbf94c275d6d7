import type { RankingTask, ScoreKind, ScoreUsers, SparseRows } from '@nextcart/models';
import type { Choice, Curve, QualityContext, QualityRow } from './quality-bench.ts';

/** What is known of users at some time. */
export interface Behaviour {
  readonly items: number;
  /** [users, items], 1 where a user has an item. */
  readonly bags: SparseRows;
  /** [items]: popularity of the last days, of all time where no times are known. */
  readonly recent: Float32Array;
}

/** What a model is fitted on and scores from: `bags`, or the same entries weighted by times and amounts. */
export type BagsOf<B extends Behaviour> = (behaviour: B) => SparseRows;

/** A ranking that a bench reports; `name` stands before its metrics' names. */
export interface NamedTask extends RankingTask {
  readonly name: string;
}

/** With amounts of a user's targets in one currency, revenue is measured too. */
export interface TestTask extends NamedTask {
  readonly amountsOf?: (user: number) => ReadonlyMap<number, number>;
}

/** Part of the training data to fit on, and the rest as tasks to choose by. */
export interface Split<B extends Behaviour = Behaviour> {
  readonly fit: B;
  readonly tasks: readonly NamedTask[];
}

/** A fitted model at work. */
export interface Part {
  readonly score: ScoreUsers;
  /** Where the model has a place for each user: [at least users.length, width] of at most a batch, good until the next call. */
  readonly latents?: { readonly width: number; readonly of: ScoreUsers };
  close(): Promise<void>;
}

/** A row of the table: how its settings are chosen, and how it is fitted again on all of the training data. */
export interface Recipe<B extends Behaviour = Behaviour> {
  readonly name: string;
  readonly kind: Exclude<QualityRow['kind'], 'fusion'>;
  /** What its scores are for a fusion; absent: no logits. */
  readonly scores?: ScoreKind;
  /** `before`: what the rows before it chose. */
  choose(split: Split<B>, context: QualityContext, before: PartsByName): Promise<Chosen<B>>;
}

/** Fitted on the same, each open until all are used. */
export type PartsByName = ReadonlyMap<string, Part>;

export interface Chosen<B extends Behaviour = Behaviour> {
  readonly choice: Choice;
  readonly curve?: Curve;
  /** Fitted on `split.fit`. */
  readonly part: Part;
  /** `before`: the rows before it, fitted again on the same. */
  refit(all: B, before: PartsByName): Promise<Part>;
}

/** Scores that need nothing to be closed. */
export const plainPart = (items: number, fill: (users: Int32Array, into: Float32Array) => void): Part => {
  let scores = new Float32Array(0);
  return {
    score: (users) => {
      if (scores.length < users.length * items) scores = new Float32Array(users.length * items);
      fill(users, scores);
      return Promise.resolve(scores);
    },
    close: () => Promise.resolve(),
  };
};

/** The largest of what was tried; the first among equals. */
export const bestOf = <T extends { readonly quality: number }>(tried: readonly T[]): T =>
  tried.reduce((best, one) => (one.quality > best.quality ? one : best));
