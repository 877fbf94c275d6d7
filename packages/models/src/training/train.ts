/**
 * The loop around any model's steps. Invariants: a run is a function of the model's options, its data and the seed in
 * them, whether it was stopped and resumed or not; it can be stopped after any step; at its end the model holds the
 * weights of its best epoch.
 */
import { type Checkpoint, checkpointError, copyOf, restore } from './checkpoint.ts';
import { prefixed, type State } from './state.ts';

export interface StepResult {
  readonly loss: number;
  /** What the step learned from, in the unit that the model is fed in: interactions, events. */
  readonly events: number;
}

export interface Trainable {
  readonly fingerprint: string;
  readonly stepsPerEpoch: number;
  /** What a release holds. */
  readonly weights: State;
  /** All else that the next step depends on. */
  readonly memory: State;
  /** Steps are numbered from 0 in each epoch; draws what it draws by these numbers. */
  step(epoch: number, step: number): Promise<StepResult>;
}

export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  /** Steps of this epoch that are done. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Mean over the epoch so far. */
  readonly loss: number;
  /** Since this run began or was resumed. */
  readonly eventsPerSecond: number;
  /** Until the last epoch is over, at the speed so far, validation included. */
  readonly etaSeconds: number;
}

export interface EpochRecord {
  readonly epoch: number;
  readonly loss: number;
  /** Absent without a validation. */
  readonly score?: number;
}

export interface TrainOptions {
  readonly epochs: number;
  /** Higher is better; sees the weights as they are after the epoch. Without it, the last epoch is the best. */
  readonly validate?: (epoch: number) => Promise<number>;
  /** Stops after so many epochs without a better score. */
  readonly patience?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Milliseconds from any start, for the speed that is reported; without it, speed and ETA are 0. */
  readonly now?: () => number;
  /** Stops after the step that is running; the outcome then has a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => Promise<void> | void;
  /** Steps between checkpoints; one after each epoch where absent. */
  readonly checkpointSteps?: number;
  readonly resume?: Checkpoint;
}

export type TrainOutcome =
  | { readonly kind: 'finished'; readonly epochs: readonly EpochRecord[]; readonly bestEpoch: number }
  | { readonly kind: 'stopped'; readonly epochs: readonly EpochRecord[]; readonly checkpoint: Checkpoint };

interface Position {
  /** The step that comes next. */
  readonly epoch: number;
  readonly step: number;
  readonly lossSum: number;
  readonly epochs: readonly EpochRecord[];
  readonly bestEpoch: number;
}

/** Throws a RangeError when a loss is not finite, a `checkpointError` when a checkpoint is of another training. */
export const train = async (model: Trainable, { resume, ...options }: TrainOptions): Promise<TrainOutcome> => {
  const best = copyOf(model.weights);
  if (!resume) return run(model, options, best, START);
  if (resume.fingerprint !== model.fingerprint)
    throw checkpointError(`the checkpoint is of ${resume.fingerprint}, this training is of ${model.fingerprint}`);
  restore(resume.arrays, arraysOf(model, best));
  return run(model, options, best, resume.position as Position);
};

const START: Position = { epoch: 0, step: 0, lossSum: 0, epochs: [], bestEpoch: -1 };

/** Apart from what reads the checkpoint, or that, as large as all of the model's arrays, would be held to the end. */
const run = async (
  model: Trainable,
  options: Omit<TrainOptions, 'resume'>,
  best: State,
  from: Position,
): Promise<TrainOutcome> => {
  const { epochs, validate, patience = Infinity, signal, checkpointSteps, now = () => 0 } = options;
  const { stepsPerEpoch } = model;
  let at = from;
  const startedAt = now();
  const stepsBefore = at.epoch * stepsPerEpoch + at.step;
  let events = 0;

  const checkpoint = (): Checkpoint => ({
    fingerprint: model.fingerprint,
    position: at,
    arrays: copyOf(arraysOf(model, best)),
  });
  const report = (epoch: number, step: number) => {
    const seconds = (now() - startedAt) / 1000;
    const done = epoch * stepsPerEpoch + step;
    options.onProgress?.({
      epoch,
      epochs,
      step,
      stepsPerEpoch,
      loss: at.lossSum / step,
      eventsPerSecond: seconds > 0 ? events / seconds : 0,
      etaSeconds: (seconds / (done - stepsBefore)) * (epochs * stepsPerEpoch - done),
    });
  };
  const endEpoch = async () => {
    const { epoch } = at;
    const score = await validate?.(epoch);
    if (score !== undefined && !Number.isFinite(score))
      throw new RangeError(`the validation score of epoch ${epoch} is ${score}`); // no score is better than it
    const record: EpochRecord = { epoch, loss: at.lossSum / stepsPerEpoch, ...(score !== undefined && { score }) };
    const leader = at.epochs[at.bestEpoch]?.score;
    const isBetter = score === undefined || leader === undefined || score > leader;
    if (isBetter) restore(model.weights, best);
    at = {
      epoch: epoch + 1,
      step: 0,
      lossSum: 0,
      epochs: [...at.epochs, record],
      bestEpoch: isBetter ? epoch : at.bestEpoch,
    };
  };
  const isOver = () => at.epoch >= epochs || at.epoch - 1 - at.bestEpoch >= patience;

  while (!isOver()) {
    if (signal?.aborted) return { kind: 'stopped', epochs: at.epochs, checkpoint: checkpoint() };
    const { epoch, step } = at;
    const result = await model.step(epoch, step);
    if (!Number.isFinite(result.loss))
      throw new RangeError(`the loss of epoch ${epoch}, step ${step} is ${result.loss}`);
    events += result.events;
    at = { ...at, step: step + 1, lossSum: at.lossSum + result.loss };
    report(epoch, step + 1);
    if (at.step === stepsPerEpoch) await endEpoch();
    const done = at.epoch * stepsPerEpoch + at.step;
    if (options.onCheckpoint && done % (checkpointSteps ?? stepsPerEpoch) === 0)
      await options.onCheckpoint(checkpoint());
  }
  restore(best, model.weights);
  return { kind: 'finished', epochs: at.epochs, bestEpoch: at.bestEpoch };
};

const arraysOf = (model: Trainable, best: State): State => ({
  ...prefixed('weights', model.weights),
  ...prefixed('memory', model.memory),
  ...prefixed('best', best),
});
