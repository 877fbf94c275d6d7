export {
  ATTRIBUTION_HOURS,
  type Attribution,
  type AttributionRange,
  type AttributionRow,
  type AttributionSplit,
  attributionSplits,
  readAttribution,
} from './attribution.ts';
export { type ArmReport, type ArmRow, readArms } from './attribution-arms.ts';
export { type ExploredRow, readExplored } from './attribution-explored.ts';
export { type InterleavingTally, readInterleaving } from './attribution-interleaving.ts';
export type { ArmComparison, Interval } from './attribution-intervals.ts';
export {
  type CatalogChange,
  type ItemContent,
  insertCatalog,
  readCatalog,
  readCatalogChanges,
  readItemContents,
  type StoredItem,
} from './catalog-table.ts';
export { readSpreads, type SpreadOptions } from './cleaning-spreads.ts';
export { type Conversion, conversionOf, type Funnel, PRIOR_STRENGTH } from './conversion.ts';
export { copurchaseGraph, readPurchases } from './copurchases.ts';
export { covisitGraph } from './covisits.ts';
export { clickhouseConnection, clickhouseEnv, type StoreConnection } from './env.ts';
export {
  type AcceptedRow,
  insertEvents,
  type PartitionPosition,
  type PositionRange,
  readEventIds,
  readPositions,
  readSourceTimes,
} from './events-table.ts';
export { type FailedJob, insertFailedJob } from './failed-jobs.ts';
export {
  type LedgerCount,
  type LedgerEnds,
  type LedgerRow,
  readGaps,
  readLedger,
  readLedgerCounts,
} from './ledger.ts';
export { insertListCounts, type ListCounts } from './list-counts.ts';
export { insertLists, readLists, type StoredList } from './lists-table.ts';
export { insertLogProgress, type LogProgress, readNextOffsets } from './log-progress.ts';
export { migrate, pendingMigrations } from './migrate.ts';
export { insertModelActivations, type ModelActivation, readModelActivations } from './model-activations.ts';
export { type LiveQuality, readLiveQuality } from './model-feedback.ts';
export { readPopularity, readSliceHistories, readTargets, type TargetSubject } from './model-requests.ts';
export {
  type CycleRun,
  countLooks,
  insertModelRun,
  isCycle,
  type Measured,
  type ModelRun,
  readFirstPass,
  readLastCycle,
  readLastEvaluation,
  readModelRun,
  readModelRuns,
} from './model-runs.ts';
export { snapshotsBefore } from './model-snapshots.ts';
export type {
  CorrelationRow,
  DistributionRow,
  NeedRow,
  ReleaseNeeds,
  SegmentRow,
  SubjectNeedsRow,
} from './needs-rows.ts';
export {
  type ActiveSubject,
  type ItemText,
  readActiveSubjects,
  readFeaturesOf,
  readItemTexts,
  readSubjectDeeds,
  type SubjectDeed,
} from './needs-subjects.ts';
export {
  insertNeeds,
  KEPT_RELEASES,
  newestNeedsRelease,
  readCorrelations,
  readDistributions,
  readNeeds,
  readSegments,
  readSubjectNeeds,
} from './needs-tables.ts';
export { type Positions, partitionKey } from './positions.ts';
export {
  countPublishedLists,
  newestListSnapshots,
  type PublishedCount,
  type PublishedList,
  type PublishedRange,
  readPublishedLists,
} from './published-lists.ts';
export { inQuietMoment, isWithoutMoment } from './quiet-moment.ts';
export {
  type RankingSnapshotSettings,
  rankingSnapshotDefaults,
  rankingSnapshotMakers,
  SESSION_DAYS,
  type SnapshotMoment,
} from './ranking-snapshots.ts';
export { type RebuildStep, rebuildWindows } from './rebuild-windows.ts';
export { catalogLandingSchema, listsLandingSchema } from './record-landing.ts';
export {
  completeHistories,
  countRange,
  healRange,
  isBeingInserted,
  type RecordTable,
  rangeToken,
  reinstateRange,
} from './record-ranges.ts';
export type { SequenceRow } from './sequences.ts';
export { readSessions, type SessionsRequest, sessionsSnapshot } from './sessions.ts';
export {
  dropSnapshots,
  latestHashes,
  latestSnapshot,
  type StoredSnapshot,
  saveSnapshot,
  snapshotByHash,
} from './snapshots.ts';
export { type AvroBatch, createStore, type InsertOptions, type Settings, type Store } from './store.ts';
export {
  type HistoryGroup,
  type HistoryRow,
  readPartitionHistories,
  type StoredHistory,
} from './subject-events.ts';
export { readSubjectFeatures, type SubjectFeatures, type SubjectFeaturesRequest } from './subject-features.ts';
export { cutByTime, readFirstAppend, readNewestTime } from './training-cut.ts';
export {
  checkTrainingSlices,
  countTrainingEvents,
  readTrainingEvents,
  type TrainingPage,
  type TrainingRequest,
} from './training-events.ts';
export { REACH_HALF_LIVES, readTrending, TRENDING_WEIGHTS } from './trending.ts';
export {
  type ItemDeed,
  type NumberedRow,
  readDeedsAfter,
  readTriggerHistories,
  type TriggeredSubject,
} from './trigger-histories.ts';
export { viewSelect } from './view-select.ts';
export { readWarmEvents, type WarmCoverage, type WarmRequest, warmCoverage } from './warm-events.ts';
export {
  mergeProgress,
  type PartitionProgress,
  positionsOf,
  readProgress,
  shopWatermark,
  type WatermarkOptions,
  watermarkOf,
} from './watermarks.ts';
export {
  type Revenue,
  type WindowKind,
  type WindowName,
  type WindowRequest,
  type WindowRow,
  windowKinds,
  windowLengths,
  windowsAsOf,
  windowsAt,
} from './windows.ts';
