export {
  cancelJob,
  isMarked,
  isPending,
  type MarkableJob,
  type Marked,
  RELEASE_ID,
  trainingIdOf,
} from './cancel-job.ts';
export { CATEGORY_SEPARATOR, categoryText } from './category.ts';
export {
  avroType,
  behaviourEventCodec,
  type Codec,
  catalogItemCodec,
  createCodec,
  deadLetterCodec,
  modelReleaseCodec,
  recommendationListCodec,
} from './codecs.ts';
export { type ErrorCode, errorCodes, NextcartError, type NextcartErrorOptions } from './errors.ts';
export { EXPLORED_KEY } from './explored-places.ts';
export { type Arm, arms, type HoldOut, holdOut } from './hold-out.ts';
export {
  type Interleaving,
  interleavedName,
  interleavedReleases,
  isInterleaved,
  TEAMS_KEY,
} from './interleaving.ts';
export { createItemIndex, type ItemIndex } from './item-index.ts';
export {
  type EvaluatePayload,
  type EvaluateResult,
  type JobName,
  type Jobs,
  type LogSlice,
  type ModelKind,
  modelKinds,
  type NeedsPayload,
  type NeedsProgress,
  type NeedsResult,
  type ParentRelease,
  type PlanPayload,
  type PlanResult,
  planKey,
  type ReleasePayload,
  type ReleaseProgress,
  type ReleaseResult,
  type RepeatedRelease,
  type RepeatPayload,
  TRAINING_QUEUE,
  type TrainingBudget,
  type TrainingMode,
  type TrainPayload,
  type TrainProgress,
  type TrainResult,
} from './jobs.ts';
export { type AvroField, landingEventFields, landingPrefix, landingSchema } from './landing.ts';
export {
  COLD_EVENTS,
  type ListMeasure,
  listMeasures,
  MEASURED_PLACES,
  measureName,
  type NamedMeasure,
  POPULARITY_POSITIONS,
  parseMeasureName,
  type RequestSlice,
  requestSlices,
} from './list-measures.ts';
export type { LogRecord } from './log-record.ts';
export {
  createReleaseLine,
  decidesForce,
  type ModelRelease,
  nameInForce,
  type ReleaseArtifact,
  type ReleaseLine,
  type ReleaseRecordKind,
  releaseRecordKinds,
} from './model-releases.ts';
export { formatMoney, MAX_UNITS, MONEY_SCALE, parseMoney, unitsFromBytes, unitsToBytes } from './money.ts';
export { isForNextVisit, VISIT_ENDED, VISIT_KEY } from './next-visit.ts';
export { EXCLUDED_FROM_WINDOWS, flags, type Outcome, outcomes, type ReasonCode, reasonCodes } from './outcomes.ts';
export { eachHeader, isPacked, type PackedRecord, type SeeHeader } from './packed-record.ts';
export { formatPlan, type Plan, parsePlan } from './plan.ts';
export { type Position, planToken, positionKey } from './position.ts';
export {
  type BehaviourEvent,
  type CatalogItem,
  type DeadLetter,
  type EventType,
  eventTypes,
  isKept,
  type ListSource,
  listSources,
  type NextPurchase,
  type Reason,
  type RecommendationList,
  type RecommendedItem,
  subjectOf,
} from './records.ts';
export { registrySubject, schemaText } from './schemas.ts';
export {
  decodeSnapshot,
  encodeSnapshot,
  type ItemGraph,
  type Snapshot,
  type SnapshotKind,
  type SnapshotPayloads,
  snapshotHash,
  snapshotKinds,
  TRENDING_HALF_LIVES_S,
} from './snapshots.ts';
export { FOLD_STEP, foldStart, MAX_FOLDED, SESSION_GAP_MS, type SubjectHistory } from './subject-history.ts';
export { tables } from './tables.ts';
export {
  CLOCK_HEADER,
  DEFAULT_SOURCE,
  groups,
  type SchemaName,
  SOURCE_HEADER,
  STRANGERS_KEY,
  schemaNames,
  similarItemsKey,
  type TopicSpec,
  topics,
} from './topics.ts';
export { uuidOfText } from './uuid-of-text.ts';
export { WIRE_HEADER_BYTES, wireEncode, wireSchemaId } from './wire.ts';
export type { Writable } from './writable.ts';
