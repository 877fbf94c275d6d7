/** Jobs of the trainers' queue: names, what goes in, what is told on the way, what comes out. All of it is JSON. */
export const TRAINING_QUEUE = 'training';

/** Positions of a partition of the events' topic: `from` is in, `to` is not. */
export interface LogSlice {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

export const modelKinds = ['recurrent', 'autoencoder'] as const;
export type ModelKind = (typeof modelKinds)[number];

/** From nothing over all that there is, or from a release over what came after it. */
export type TrainingMode = 'full' | 'warm';

/** What a warm start goes on from. */
export interface ParentRelease {
  readonly release: string;
  readonly hash: string;
}

/** A release that is trained again, and the settings of its artifact: they stand in place of the trainer's own. */
export interface RepeatedRelease extends ParentRelease {
  readonly settings: object;
}

/** What a training may take. */
export interface TrainingBudget {
  readonly epochs: number;
  /** Of each attempt, reading included; what was learned by then is kept for the next one. */
  readonly seconds: number;
}

export interface TrainPayload {
  readonly kind: ModelKind;
  /** Null: from nothing. */
  readonly parent: ParentRelease | null;
  /** Of the events' topic as it was then: a recreated topic has another. */
  readonly topicId: string;
  /** A partition once at most. */
  readonly ranges: readonly LogSlice[];
  readonly seed: number;
  readonly budget: TrainingBudget;
  /** Of a cycle that is one of before, trained again. */
  readonly like?: RepeatedRelease;
}

export interface TrainProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Steps of this epoch that are done. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Mean over the epoch so far. */
  readonly loss: number;
  readonly eventsPerSecond: number;
  readonly etaSeconds: number;
}

export interface TrainResult {
  readonly kind: ModelKind;
  /** Name of its artifact among the trained ones: the job's id. */
  readonly trained: string;
  /** SHA-256 of its manifest. */
  readonly hash: string;
  readonly events: number;
  readonly subjects: number;
  readonly items: number;
  readonly epochs: number;
  /** Of the last epoch. */
  readonly loss: number;
}

/**
 * The end of a cycle: what its trainings (the job's children) learned is measured over the slice of the log that came
 * after what they read, the gate decides, and what passes learns the slice too and is released. The release's name is
 * the job's id.
 */
export interface ReleasePayload {
  readonly parent: ParentRelease | null;
  readonly topicId: string;
  /** What the trainings read. */
  readonly ranges: readonly LogSlice[];
  /** What is measured over: each partition's slice begins where its range ends. */
  readonly slice: readonly LogSlice[];
  readonly seed: number;
  /** Of the pass over the slice after the gate. */
  readonly budget: TrainingBudget;
  /** It is a release of before, trained again: an artifact is written whatever the gate says, and is never put in force. */
  readonly like?: RepeatedRelease;
}

export interface ReleaseProgress {
  readonly stage: 'measure' | 'refit' | 'write';
  readonly done: number;
  readonly total: number;
  readonly etaSeconds: number;
}

export interface ReleaseResult {
  readonly release: string;
  readonly verdict: 'wait' | 'reject' | 'pass';
  /** Of the artifact that was written; null where none was. */
  readonly hash: string | null;
  /** The gate's words. */
  readonly reasons: readonly string[];
}

/**
 * After the end of a cycle (its `release` job, the only child): what people want by what was released. Of a cycle that
 * released nothing there is nothing to do.
 */
export interface NeedsPayload {
  readonly topicId: string;
  /** Who did something in them is looked at. */
  readonly ranges: readonly LogSlice[];
}

export interface NeedsProgress {
  readonly stage: 'subjects' | 'needs' | 'behaviour' | 'write';
  /** Subjects. */
  readonly done: number;
  readonly total: number;
}

export type NeedsResult =
  | { readonly kind: 'written'; readonly subjects: number; readonly needs: number; readonly segments: number }
  | { readonly kind: 'already' }
  | { readonly kind: 'nothing'; readonly why: string };

/** Measures what serves over what came since: trains nothing, and changes nothing of what is in force. */
export interface EvaluatePayload {
  /** Of the resampling. */
  readonly seed: number;
}

/** `run`: of the row. `release`: empty where lists are made without models. */
export type EvaluateResult =
  | { readonly kind: 'measured'; readonly run: string; readonly release: string; readonly subjects: number }
  | { readonly kind: 'skipped'; readonly why: string };

/** Makes a cycle of what the store has by now: a `needs` job over a `release` job over a `train` job a model. */
export interface PlanPayload {
  readonly mode: TrainingMode;
  readonly seed: number;
  readonly budget: TrainingBudget;
}

/** Makes the cycle of a release again, out of what its artifact says of it. */
export interface RepeatPayload {
  /** Its id. */
  readonly like: string;
}

/** Of plans with the same one waits or runs at a time. */
export const planKey = (plan: PlanPayload | RepeatPayload): string =>
  `plan ${'like' in plan ? `like ${plan.like}` : plan.mode}`;

export interface PlanResult {
  /** Of the `release` job; null where there is nothing to learn from yet, with what is missing. */
  readonly jobId: string | null;
  readonly why: string | null;
}

export interface Jobs {
  readonly train: { readonly payload: TrainPayload; readonly progress: TrainProgress; readonly result: TrainResult };
  readonly release: {
    readonly payload: ReleasePayload;
    readonly progress: ReleaseProgress;
    readonly result: ReleaseResult;
  };
  readonly needs: { readonly payload: NeedsPayload; readonly progress: NeedsProgress; readonly result: NeedsResult };
  readonly 'plan-cycle': {
    readonly payload: PlanPayload | RepeatPayload;
    readonly progress: never;
    readonly result: PlanResult;
  };
  readonly evaluate: {
    readonly payload: EvaluatePayload;
    readonly progress: ReleaseProgress;
    readonly result: EvaluateResult;
  };
  /** Takes away what is no longer needed: old artifacts, folders of jobs that are gone. */
  readonly 'clean-up': {
    readonly payload: object;
    readonly progress: never;
    readonly result: { readonly removed: number };
  };
}
export type JobName = keyof Jobs;
