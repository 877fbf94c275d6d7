import type { ItemIndex, SnapshotPayloads } from '@nextcart/contracts';
import type { CatalogFeatures } from '../catalog-features.ts';
import { defaultConfiguration, type RankingConfiguration } from '../configuration.ts';
import type { ScoringPart } from '../scoring.ts';
import { createContentPart } from './content-part.ts';
import { createGraphPart } from './graph-part.ts';
import { createHistoryPart } from './history-part.ts';
import { createNeighboursPart } from './neighbours-part.ts';
import { createTrendingPart } from './trending-part.ts';

export type RankingSnapshots = Partial<Pick<SnapshotPayloads, 'trending' | 'covisits' | 'copurchases' | 'sessions'>>;

/** The parts that need no training, in the order of contracts' `listSources`; a snapshot that is absent leaves its part out. */
export const createParts = (deps: {
  index: ItemIndex;
  features: CatalogFeatures;
  snapshots: RankingSnapshots;
  configuration?: RankingConfiguration;
}): ScoringPart[] => {
  const { index, features, snapshots, configuration = defaultConfiguration } = deps;
  const { covisits, copurchases, sessions, trending } = snapshots;
  const graphs = { index, damping: configuration.graphDamping, columns: configuration.graphColumns };
  const parts: (ScoringPart | undefined)[] = [
    createHistoryPart(configuration.history),
    covisits && createGraphPart({ ...graphs, source: 'covisit', graph: covisits, byType: configuration.covisitByType }),
    copurchases &&
      createGraphPart({ ...graphs, source: 'copurchase', graph: copurchases, byType: configuration.copurchaseByType }),
    sessions && createNeighboursPart({ sessions, index, configuration: configuration.neighbours }),
    createContentPart({ features, configuration: configuration.content }),
    trending && createTrendingPart({ trending, index, features, configuration: configuration.trending }),
  ];
  return parts.filter((part) => part !== undefined);
};
