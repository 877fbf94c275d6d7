export type { Attention } from './attention.ts';
export { type CatalogFeatures, createCatalogFeatures } from './catalog-features.ts';
export type { CatalogView } from './catalog-view.ts';
export { defaultConfiguration, type RankingConfiguration } from './configuration.ts';
export { type FilterCounts, type FilterName, filterNames } from './filters.ts';
export { createParts, type RankingSnapshots } from './parts/create-parts.ts';
export { createRanker, type RankedList, type Ranker, type RankRequest } from './ranker.ts';
export type { Candidates, ScoreSheet, ScoringPart, ScoringRequest } from './scoring.ts';
