export type { Attention } from './attention.ts';
export { type CatalogFeatures, createCatalogFeatures } from './catalog-features.ts';
export type { CatalogView } from './catalog-view.ts';
export {
  asksForPurchases,
  CHANGES_KIND,
  changesText,
  defaultConfiguration,
  type RankingConfiguration,
  withChanges,
} from './configuration.ts';
export { type FilterCounts, type FilterName, filterNames } from './filters.ts';
export { type DraftedList, interleaveLists } from './interleave-lists.ts';
export { createModelMemory, type ModelMemory } from './models/fold-lanes.ts';
export { createHistoryBags } from './models/history-bags.ts';
export { loadRelease } from './models/load-release.ts';
export { createItemNumbers } from './models/model-events.ts';
export type { Opinions } from './models/opinions.ts';
export { openPurchaseScores, type PurchaseScores } from './models/purchase-scores.ts';
export { openReleaseModels, type ReleaseModels } from './models/release-models.ts';
export { readServingSettings, type ServingSettings, servingOfRelease } from './models/serving-settings.ts';
export { createParts, type RankingSnapshots } from './parts/create-parts.ts';
export { createRanker, type RankedList, type Ranker, type RankRequest } from './ranker.ts';
export { inOrder, type ListOrigin, recommIdOf, UNTRAINED, withDraws, withoutDraws } from './recomm-id.ts';
export type { Candidates, ScoreSheet, ScoringPart, ScoringRequest } from './scoring.ts';
export { createAssembly, type Parts, type RankedKind, rankedKinds, sourceOfKind } from './snapshot-parts.ts';
export { momentOf, namedSnapshots, visitEndOf } from './visit.ts';
