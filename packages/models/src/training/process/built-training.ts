import type { Trainable, TrainOptions } from '../train.ts';

/** What a module gives a training process to run. */
export interface BuiltTraining {
  readonly trainable: Trainable;
  /** The process adds what reports, stops, resumes and writes down. `now`, for speeds, is the module's. */
  readonly options: Omit<TrainOptions, 'onProgress' | 'signal' | 'onCheckpoint' | 'resume'>;
  close?(): Promise<void>;
}

export type BuildTraining = (argument: unknown) => BuiltTraining | Promise<BuiltTraining>;
