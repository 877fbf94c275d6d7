export { autoencoderOf } from './build-autoencoder.ts';
export { recurrentOf } from './build-recurrent.ts';
export { sidesOf, toBags } from './data-set/bags.ts';
export { EVENT_BYTES } from './data-set/data-memory.ts';
export type { DataSet } from './data-set/data-set.ts';
export { withItemFeatures } from './data-set/item-features.ts';
export { readDataSet } from './data-set/read-data-set.ts';
export { toSequences } from './data-set/sequences.ts';
export { readTrainingSettings, type TrainingSettings } from './data-set/settings.ts';
export { readEnv } from './env.ts';
export {
  type NeedsDeps,
  type ReleasedModels,
  writeNeeds,
} from './needs/write-needs.ts';
export { createTrainingQueue, type QueueConnection, type TrainingQueue } from './queue.ts';
export { connectRedis } from './redis.ts';
export { refitSlice } from './refit-slice.ts';
export { type Evaluation, evaluate } from './release/evaluate.ts';
export { gateSchema } from './release/gate-settings.ts';
export { type Compared, decide } from './release/judge.ts';
export type { Figures } from './release/measure.ts';
export {
  fitTask,
  type MeasuringTask,
  measureBaselines,
  measureModels,
  readTask,
  WITHOUT_MODELS,
} from './release/measuring-task.ts';
export { type Candidate, mergeArtifacts } from './release/merge-artifacts.ts';
export { refitCandidate } from './release/refit.ts';
export { createReleaseLog } from './release/release-log.ts';
export { asArtifact } from './release/serving.ts';
export { createReleaseWatch } from './release/watch-release.ts';
export { runTraining, type TrainingDeps } from './run-training.ts';
export { servingSettings } from './serving-settings.ts';
