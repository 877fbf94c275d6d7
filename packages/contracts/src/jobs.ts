/** Jobs of the trainers' queue: names, what goes in, what is told on the way, what comes out. All of it is JSON. */
export const TRAINING_QUEUE = 'training';

/** Positions of a partition of the events' topic: `from` is in, `to` is not. */
export interface LogSlice {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

export type ModelKind = 'recurrent';

/** What a training may take. */
export interface TrainingBudget {
  readonly epochs: number;
  /** Of each attempt, reading included; what was learned by then is kept for the next one. */
  readonly seconds: number;
}

export interface TrainPayload {
  readonly kind: ModelKind;
  /** Of the events' topic as it was then: a recreated topic has another. */
  readonly topicId: string;
  /** A partition once at most. */
  readonly ranges: readonly LogSlice[];
  readonly seed: number;
  readonly budget: TrainingBudget;
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
  /** The release's name: the job's id. */
  readonly release: string;
  /** SHA-256 of its manifest. */
  readonly hash: string;
  readonly events: number;
  readonly subjects: number;
  readonly items: number;
  readonly epochs: number;
  /** Of the last epoch. */
  readonly loss: number;
}

/** Makes a `train` job of what the store has by now. */
export interface PlanPayload {
  readonly kind: ModelKind;
  readonly seed: number;
  readonly budget: TrainingBudget;
}

export interface PlanResult {
  /** Of the `train` job; null where there is nothing to learn from. */
  readonly jobId: string | null;
}

export interface Jobs {
  readonly train: { readonly payload: TrainPayload; readonly progress: TrainProgress; readonly result: TrainResult };
  readonly 'plan-training': { readonly payload: PlanPayload; readonly progress: never; readonly result: PlanResult };
}
export type JobName = keyof Jobs;
