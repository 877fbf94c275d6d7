/** What a training process and the one that started it say to each other. */
import type { EpochRecord, Progress } from '../train.ts';

export interface TrainingJob {
  /** File URL of a module that exports `buildTraining(argument): BuiltTraining`, or a promise of one. */
  readonly module: string;
  /** Anything that structured clone takes; large arrays better as a file that the module reads. */
  readonly argument: unknown;
  /** Where the training is written down after each epoch (see `checkpointSteps`) and when it stops. */
  readonly checkpointFile: string;
  /** A checkpoint to go on from. */
  readonly resumeFrom?: string;
  /** Where the best epoch's weights are written at the end. */
  readonly weightsFile: string;
}

export type ToTraining = { readonly kind: 'start'; readonly job: TrainingJob } | { readonly kind: 'stop' };

export type FromTraining =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'finished'; readonly epochs: readonly EpochRecord[]; readonly bestEpoch: number }
  | { readonly kind: 'stopped'; readonly epochs: readonly EpochRecord[] }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string; readonly stack: string };
