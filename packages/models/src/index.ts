export { type AutoencoderScorer, createAutoencoderScorer } from './autoencoder/scorer.ts';
export type { Autoencoder, AutoencoderShape } from './autoencoder/shape.ts';
export {
  type AutoencoderData,
  type AutoencoderOptions,
  type AutoencoderTraining,
  autoencoderDefaults,
  createAutoencoderTraining,
} from './autoencoder/training.ts';
export { type Best, createBest } from './best.ts';
export {
  evaluateFullRanking,
  type RankingQuality,
  type RankingTask,
  type ScoreUsers,
} from './evaluation/full-ranking.ts';
export { cosineWeights, type SparseRows } from './item-graph.ts';
export { type EdlaeOptions, fitEdlae, scoreLinear } from './linear/edlae.ts';
export { hitAt, ndcgAt, rankOf, recallAt, reciprocalRankAt } from './metrics.ts';
export { priceDeciles } from './price-deciles.ts';
export { type Candidates, createScoreSheet, type ScoreSheet } from './score-sheet.ts';
export { indexSessions, type SessionIndex, type Sessions } from './session-index.ts';
export { createSessionNeighbours, type NeighbourOptions, type SessionNeighbours } from './session-neighbours.ts';
export { editDistance, hashText, hashToken, trigrams, words } from './text.ts';
export { createTextIndex, type Hits, type TextIndex, type WeightedToken } from './text-index.ts';
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './training/checkpoint.ts';
export { type Progress, type Trainable, type TrainOptions, type TrainOutcome, train } from './training/train.ts';
export { blendTrending } from './trending.ts';
export { createVocabulary, type Vocabulary } from './vocabulary.ts';
