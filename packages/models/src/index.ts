export { ArtifactError } from './artifact/artifact-error.ts';
export { type Cpu, readCpu } from './artifact/cpu.ts';
export {
  type LogRange,
  type Manifest,
  manifestFiles,
  type ReleaseFacts,
  type ReleaseFeature,
  type ReleaseMetric,
} from './artifact/manifest.ts';
export { type Artifact, openArtifact, readManifest } from './artifact/open-artifact.ts';
export { openArtifactAside } from './artifact/open-aside.ts';
export { decodeTable, encodeTable, type ReleaseModels } from './artifact/parts.ts';
export { type ArtifactParts, writeArtifact } from './artifact/write-artifact.ts';
export type { BagEvents, BagOptions } from './autoencoder/bag-events.ts';
export {
  amountWeight,
  type EventWeights,
  eventWeightDefaults,
  typeWeightDefaults,
} from './autoencoder/event-weight.ts';
export { type Explained, explainBags, type UserEvents } from './autoencoder/explanations.ts';
export { growAutoencoder } from './autoencoder/growth.ts';
export { type AutoencoderOpinions, createAutoencoderOpinions } from './autoencoder/opinions.ts';
export { createRunningBags, type RunningBag, type RunningBags } from './autoencoder/running-bag.ts';
export { type AutoencoderScorer, createAutoencoderScorer, type LatentsAndScores } from './autoencoder/scorer.ts';
export type { Autoencoder, AutoencoderShape } from './autoencoder/shape.ts';
export {
  type AutoencoderData,
  type AutoencoderOptions,
  type AutoencoderTraining,
  autoencoderDefaults,
  createAutoencoderTraining,
} from './autoencoder/training.ts';
export { autoencoderWarmStart, withReplayedUsers } from './autoencoder/warm-start.ts';
export { weightedBags, weightedEvents } from './autoencoder/weighted-bags.ts';
export { type Best, createBest } from './best.ts';
export type { ContentItem } from './content/content-item.ts';
export {
  addCosines,
  type ContentSpace,
  type ContentSpaceData,
  type ContentSpaceOptions,
  fitContentSpace,
  fitRelation,
} from './content/content-space.ts';
export {
  catalogueFields,
  decilesOf,
  type FieldWeights,
  fieldDefaults,
  type HashedFields,
  itemFields,
  queryFields,
  queryWords,
} from './content/hashed-fields.ts';
export { createTextMatch, type TextMatch, type TextWeights, textDefaults } from './content/text-match.ts';
export { beyondDefinitions, coverageAt, noveltyAt, revenueAt } from './evaluation/beyond-accuracy.ts';
export { logWealth, type Tally, type WinRate, winRate } from './evaluation/confidence-sequence.ts';
export {
  evaluateFullRanking,
  type RankingQuality,
  type RankingTask,
  type ScoreUsers,
} from './evaluation/full-ranking.ts';
export { decideGate, type GateDecision, type GateEvidence, type GateOptions, gateDefaults } from './evaluation/gate.ts';
export { nextItemDefinitions, nextItemFigures, rankUnseen } from './evaluation/next-item.ts';
export { comparePaired, type PairedComparison, resampledMeans } from './evaluation/paired-bootstrap.ts';
export { type EventRange, type PrequentialStep, prequentialSteps } from './evaluation/prequential.ts';
export { rankAgainst } from './evaluation/rank-against.ts';
export { coldAndWarm, sliceDefinitions } from './evaluation/slices.ts';
export { columnOf, combined } from './features/event-columns.ts';
export { type EventFeature, type FeatureGroup, type FeatureReader, featureGroups } from './features/feature.ts';
export type { ItemFacts, SubjectEvents } from './features/subject-events.ts';
export { gap, hour, itemAge, sessionPosition, weekday } from './features/time-features.ts';
export { amountDecile, eventType, priceDecile } from './features/value-features.ts';
export { type ScoreKind, toCommonScale } from './fusion/common-scale.ts';
export { type FittedWeights, fitWeights } from './fusion/fit-weights.ts';
export { fuse } from './fusion/fuse.ts';
export {
  type ListRanker,
  type ListRankerShape,
  type ListRankerWeights,
  scoreList,
} from './fusion/list-ranker.ts';
export { standardise } from './fusion/standardise.ts';
export { type ChosenLists, type ListRankerOptions, trainListRanker } from './fusion/train-list-ranker.ts';
export { createValidationPool, type ValidationPool } from './fusion/validation-pool.ts';
export { cosineWeights, type SparseRows } from './item-graph.ts';
export { type EdlaeOptions, fitEdlae, scoreLinear } from './linear/edlae.ts';
export { gramRows } from './linear/gram-rows.ts';
export {
  type GraphFilter,
  type GraphFilterOptions,
  type GraphSpectrum,
  graphFilter,
  graphSpectrum,
} from './linear/graph-filter.ts';
export { createGraphFilterScorer, type GraphFilterScorer } from './linear/graph-filter-scorer.ts';
export { keepStrongest } from './linear/keep-strongest.ts';
export { type InverseOptions, negateInverse } from './linear/negated-inverse.ts';
export { createSymmetricTiles, type SymmetricTiles, tileAt } from './linear/symmetric-tiles.ts';
export { checkMemory, type MemoryNeed, type MemoryOptions, neededBytes } from './memory/memory-need.ts';
export { autoencoderMemory, recurrentMemory } from './memory/training-memory.ts';
export { hitAt, ndcgAt, rankOf, recallAt, reciprocalRankAt } from './metrics.ts';
export {
  type BehaviourColumn,
  type CorrelationRow,
  correlationTable,
  type Distribution,
  distributionTable,
} from './needs/behaviour-tables.ts';
export {
  createUserNeeds,
  type NamedNeed,
  type NeedStrength,
  nameDimensions,
  nameSegments,
  type UserNeeds,
} from './needs/name-needs.ts';
export { denseRows, type ProbeOptions, type ProbeResult, probeDefaults, probeNeeds } from './needs/probe-needs.ts';
export { type RankCorrelation, spearman } from './needs/rank-correlation.ts';
export { assignSegments, type SegmentOptions, type Segments, segmentShares, segmentUsers } from './needs/segments.ts';
export type { ColumnGroup, StrongColumn, Strongest, StrongestOptions } from './needs/strongest-columns.ts';
export type { Table } from './needs/table-of-numbers.ts';
export { edlaeFactors, pcaFactors } from './needs/user-factors.ts';
export { type SessionGraphOptions, sessionGraph } from './neighbours/session-graph.ts';
export {
  createSessionKnn,
  type SessionKnn,
  type SessionKnnOptions,
  type SessionKnnWeights,
  stanWeights,
  vsknnWeights,
} from './neighbours/session-knn.ts';
export {
  createUserNeighbours,
  type Neighbours,
  type UserNeighbourOptions,
  type UserNeighbours,
} from './neighbours/user-neighbours.ts';
export { priceDeciles } from './price-deciles.ts';
export { fitTemperature, type ScoredTargets } from './recurrent/calibration.ts';
export { calibrationErrorInterval, type ToldChances } from './recurrent/calibration-error.ts';
export {
  type EventSequences,
  type EventTargets,
  NO_ITEM,
  nextItemTargets,
  nextOfTypeTargets,
} from './recurrent/events.ts';
export { explainByLeavingOut, type LeaveOneOut } from './recurrent/explanations.ts';
export { FOLD_WINDOW, foldStart, foldWindows } from './recurrent/fold-windows.ts';
export { type Growth, growModel } from './recurrent/growth.ts';
export { createHistoryFold, type HistoryFold } from './recurrent/history-fold.ts';
export {
  fitPurchaseCalibration,
  type NextPurchase,
  nextPurchase,
  type PurchaseCalibration,
  purchaseCalibrationError,
} from './recurrent/next-purchase.ts';
export { createRecurrentOpinions, type RecurrentOpinions } from './recurrent/opinions.ts';
export { joinEvents, type Learnable, pickSequences } from './recurrent/pick-events.ts';
export { chanceOf, type PurchaseShares } from './recurrent/purchase-shares.ts';
export { withReplay } from './recurrent/replay.ts';
export { createRecurrentScorer, type RecurrentScorer } from './recurrent/scorer.ts';
export type { RecurrentModel, RecurrentShape } from './recurrent/shape.ts';
export {
  createRecurrentTraining,
  type RecurrentOptions,
  type RecurrentTraining,
  recurrentDefaults,
} from './recurrent/training.ts';
export type { RecurrentData } from './recurrent/training-data.ts';
export { type Candidates, createScoreSheet, type ScoreSheet } from './score-sheet.ts';
export {
  type ApproximateOptions,
  createApproximateTopItemsScorer,
} from './serving/approximate-top-items.ts';
export type { Catalogue } from './serving/catalogue.ts';
export type { TopItems } from './serving/select-top.ts';
export { onScale, type StandardRoots } from './serving/standard-roots.ts';
export { createTopItemsScorer, type TopItemsScorer } from './serving/top-items.ts';
export { BLOCK } from './serving/top-items-program.ts';
export { indexSessions, type SessionIndex, type Sessions } from './session-index.ts';
export { createSessionNeighbours, type NeighbourOptions, type SessionNeighbours } from './session-neighbours.ts';
export { editDistance, hashText, hashToken, trigrams, words } from './text.ts';
export { createTextIndex, type Hits, type TextIndex, type WeightedToken } from './text-index.ts';
export { type ArrayFormat, type Arrays, decodeArrays, encodeArrays } from './training/array-file.ts';
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './training/checkpoint.ts';
export { createGraph, type Graph, type Program, type Tensor } from './training/graph.ts';
export type { GrownItems } from './training/grow-rows.ts';
export { matmul } from './training/operators/matmul.ts';
export type { BuildTraining, BuiltTraining } from './training/process/built-training.ts';
export { type ProcessOptions, type ProcessOutcome, trainInProcess } from './training/process/train-in-process.ts';
export { writeWhole } from './training/process/write-whole.ts';
export { createScratch } from './training/scratch.ts';
export { openSession, type Session } from './training/session.ts';
export { type Progress, type Trainable, type TrainOptions, type TrainOutcome, train } from './training/train.ts';
export { decodeWeights } from './training/weights-file.ts';
export { blendTrending } from './trending.ts';
export { createVocabulary, type Vocabulary } from './vocabulary.ts';
