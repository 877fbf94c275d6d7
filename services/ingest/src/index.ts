export {
  createIngest,
  type Ingest,
  type IngestDeps,
  type IngestGroups,
  type IngestTopics,
  type PipelineName,
  pipelineNames,
} from './create-ingest.ts';
export { readEnv } from './env.ts';
export { type FaultPoint, type FaultPointName, faultPoints } from './fault-point.ts';
export { createItemJudge, createListJudge, type RecordJudge } from './land-records.ts';
export type { BatchLimits } from './partition.ts';
export { readRates } from './read-rates.ts';
